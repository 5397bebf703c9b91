# Sets of which a routing policy chooses, by health checks.

resource "aws_route53_record" "failover" {
  for_each        = { PRIMARY = 50, SECONDARY = 51 }
  zone_id         = aws_route53_zone.private.zone_id
  name            = "app.corp.example"
  type            = "A"
  ttl             = 5
  set_identifier  = lower(each.key)
  health_check_id = each.key == "PRIMARY" ? aws_route53_health_check.web.id : null
  records         = [each.key == "PRIMARY" ? var.address : "10.0.1.${each.value}"]

  failover_routing_policy {
    type = each.key
  }
}

resource "aws_route53_record" "latency" {
  for_each       = toset(["us-east-1", "eu-west-1"])
  zone_id        = aws_route53_zone.private.zone_id
  name           = "near.corp.example"
  type           = "A"
  ttl            = 5
  set_identifier = each.key
  records        = [var.address]

  latency_routing_policy {
    region = each.key
  }
}

resource "aws_route53_record" "geolocation" {
  for_each       = { default = ["*", null], virginia = ["US", "VA"] }
  zone_id        = aws_route53_zone.private.zone_id
  name           = "here.corp.example"
  type           = "A"
  ttl            = 5
  set_identifier = each.key
  records        = [var.address]

  geolocation_routing_policy {
    country     = each.value[0]
    subdivision = each.value[1]
  }
}

resource "aws_route53_record" "europe" {
  zone_id        = aws_route53_zone.private.zone_id
  name           = "here.corp.example"
  type           = "A"
  ttl            = 5
  set_identifier = "europe"
  records        = [var.address]

  geolocation_routing_policy {
    continent = "EU"
  }
}

resource "aws_route53_record" "multivalue" {
  for_each                         = { one = 60, two = 61 }
  zone_id                          = aws_route53_zone.private.zone_id
  name                             = "many.corp.example"
  type                             = "A"
  ttl                              = 5
  set_identifier                   = each.key
  health_check_id                  = aws_route53_health_check.all.id
  records                          = ["10.0.1.${each.value}"]
  multivalue_answer_routing_policy = true
}
