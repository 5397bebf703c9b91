# Elastic Load Balancing: three Network Load Balancers and a Gateway Load Balancer with listeners, groups and targets of
# every kind that there is.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

# What the second apply changes in place.
variable "changed" {
  type    = bool
  default = false
}

variable "certificates" {
  type = map(object({ certificate = string, private_key = string }))
}

provider "aws" {
  region                      = "us-east-1"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
}

resource "aws_vpc" "main" {
  cidr_block                       = "10.0.0.0/16"
  assign_generated_ipv6_cidr_block = true
}

resource "aws_subnet" "zones" {
  for_each          = { a = 1, b = 2, c = 3 }
  vpc_id            = aws_vpc.main.id
  cidr_block        = "10.0.${each.value}.0/24"
  ipv6_cidr_block   = cidrsubnet(aws_vpc.main.ipv6_cidr_block, 8, each.value)
  availability_zone = "us-east-1${each.key}"
}

resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}

resource "aws_security_group" "balancer" {
  for_each = toset(["first", "second"])
  name     = each.key
  vpc_id   = aws_vpc.main.id
}

resource "aws_lb" "main" {
  name                             = "main"
  internal                         = true
  load_balancer_type               = "network"
  security_groups                  = [aws_security_group.balancer[var.changed ? "second" : "first"].id]
  enable_cross_zone_load_balancing = var.changed
  dns_record_client_routing_policy = var.changed ? "availability_zone_affinity" : "any_availability_zone"

  enforce_security_group_inbound_rules_on_private_link_traffic = var.changed ? "on" : "off"

  subnet_mapping {
    subnet_id            = aws_subnet.zones["a"].id
    private_ipv4_address = "10.0.1.100"
  }

  subnet_mapping {
    subnet_id = aws_subnet.zones["b"].id
  }

  tags = {
    Purpose = var.changed ? "second" : "first"
  }
}

resource "aws_lb" "public" {
  name               = "public"
  load_balancer_type = "network"
  ip_address_type    = "dualstack"
  subnets            = [for zone in(var.changed ? ["a", "b", "c"] : ["a", "b"]) : aws_subnet.zones[zone].id]
  depends_on         = [aws_internet_gateway.main]
}

resource "aws_eip" "static" {
  for_each = toset(["a", "b"])
  domain   = "vpc"
}

resource "aws_lb" "static" {
  name               = "static"
  internal           = false
  load_balancer_type = "network"
  depends_on         = [aws_internet_gateway.main]

  dynamic "subnet_mapping" {
    for_each = var.changed ? ["a", "b"] : ["a"]

    content {
      subnet_id     = aws_subnet.zones[subnet_mapping.value].id
      allocation_id = aws_eip.static[subnet_mapping.value].allocation_id
    }
  }
}

resource "aws_lb" "gateway" {
  name               = "gateway"
  load_balancer_type = "gateway"
  subnets            = [aws_subnet.zones["a"].id]
}

resource "aws_lb_target_group" "instances" {
  name                 = "instances"
  port                 = 8080
  protocol             = "TCP"
  vpc_id               = aws_vpc.main.id
  deregistration_delay = var.changed ? 0 : 30
  preserve_client_ip   = var.changed ? "false" : "true"
  proxy_protocol_v2    = var.changed

  health_check {
    protocol            = "HTTP"
    path                = var.changed ? "/ready" : "/health"
    port                = "9090"
    matcher             = "200-299"
    interval            = var.changed ? 10 : 30
    healthy_threshold   = 2
    unhealthy_threshold = 2
  }

  tags = {
    Purpose = var.changed ? "second" : "first"
  }
}

resource "aws_lb_target_group" "addresses" {
  name_prefix                       = "addr-"
  port                              = 53
  protocol                          = "TCP_UDP"
  target_type                       = "ip"
  vpc_id                            = aws_vpc.main.id
  load_balancing_cross_zone_enabled = var.changed ? "true" : "false"

  stickiness {
    type    = "source_ip"
    enabled = var.changed
  }

  target_group_health {
    dns_failover {
      minimum_healthy_targets_count      = "1"
      minimum_healthy_targets_percentage = "off"
    }

    unhealthy_state_routing {
      minimum_healthy_targets_count      = var.changed ? 2 : 1
      minimum_healthy_targets_percentage = "off"
    }
  }
}

resource "aws_lb_target_group" "plain" {
  name        = "plain"
  port        = 80
  protocol    = "TCP"
  target_type = "ip"
  vpc_id      = aws_vpc.main.id

  target_health_state {
    enable_unhealthy_connection_termination = false
    unhealthy_draining_interval             = var.changed ? 60 : 30
  }
}

resource "aws_lb_target_group" "ipv6" {
  name            = "ipv6"
  port            = 80
  protocol        = "TCP"
  target_type     = "ip"
  ip_address_type = "ipv6"
  vpc_id          = aws_vpc.main.id
}

resource "aws_lb_target_group_attachment" "ipv6" {
  target_group_arn = aws_lb_target_group.ipv6.arn
  target_id        = cidrhost(aws_subnet.zones["b"].ipv6_cidr_block, 32)
}

resource "aws_lb_target_group" "appliances" {
  name        = "appliances"
  port        = 6081
  protocol    = "GENEVE"
  target_type = "ip"
  vpc_id      = aws_vpc.main.id

  health_check {
    port     = 80
    protocol = "HTTP"
  }

  target_failover {
    on_deregistration = var.changed ? "rebalance" : "no_rebalance"
    on_unhealthy      = var.changed ? "rebalance" : "no_rebalance"
  }
}

resource "aws_lb_target_group_attachment" "inside" {
  target_group_arn = aws_lb_target_group.addresses.arn
  target_id        = "10.0.2.20"
}

resource "aws_lb_target_group_attachment" "port" {
  target_group_arn = aws_lb_target_group.addresses.arn
  target_id        = "10.0.2.20"
  port             = 5353
}

resource "aws_lb_target_group_attachment" "outside" {
  target_group_arn  = aws_lb_target_group.addresses.arn
  target_id         = "192.168.1.20"
  availability_zone = "all"
}

resource "aws_lb_target_group_attachment" "appliance" {
  target_group_arn = aws_lb_target_group.appliances.arn
  target_id        = "10.0.1.20"
}

resource "aws_lb_listener" "tcp" {
  load_balancer_arn        = aws_lb.main.arn
  port                     = var.changed ? 81 : 80
  protocol                 = "TCP"
  tcp_idle_timeout_seconds = var.changed ? 60 : 100

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.instances.arn
  }

  tags = {
    Purpose = var.changed ? "second" : "first"
  }
}

resource "aws_lb_listener" "dns" {
  load_balancer_arn = aws_lb.main.arn
  port              = 53
  protocol          = "TCP_UDP"

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.addresses.arn
  }
}

resource "aws_lb_listener" "udp" {
  load_balancer_arn = aws_lb.main.arn
  port              = 514
  protocol          = "UDP"

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.addresses.arn
  }
}

resource "aws_acm_certificate" "names" {
  for_each         = var.certificates
  certificate_body = each.value.certificate
  private_key      = each.value.private_key
}

resource "aws_lb_listener" "tls" {
  load_balancer_arn = aws_lb.main.arn
  port              = 443
  protocol          = "TLS"
  certificate_arn   = aws_acm_certificate.names["one"].arn
  ssl_policy        = var.changed ? "ELBSecurityPolicy-TLS13-1-3-2021-06" : "ELBSecurityPolicy-TLS13-1-2-2021-06"
  alpn_policy       = var.changed ? "HTTP2Optional" : "HTTP2Preferred"

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.instances.arn
  }
}

resource "aws_lb_listener_certificate" "tls" {
  listener_arn    = aws_lb_listener.tls.arn
  certificate_arn = aws_acm_certificate.names["two"].arn
}

resource "aws_lb_listener" "public" {
  load_balancer_arn = aws_lb.public.arn
  port              = 80
  protocol          = "TCP"

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.plain.arn
  }
}

resource "aws_lb_listener" "ipv6" {
  load_balancer_arn = aws_lb.public.arn
  port              = 81
  protocol          = "TCP"

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.ipv6.arn
  }
}

resource "aws_lb_listener" "gateway" {
  load_balancer_arn = aws_lb.gateway.arn

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.appliances.arn
  }
}

data "aws_lb" "by_name" {
  name       = aws_lb.main.name
  depends_on = [aws_lb_listener.tcp]
}

data "aws_lbs" "tagged" {
  tags       = { Purpose = aws_lb.main.tags.Purpose }
  depends_on = [aws_lb.public, aws_lb.static, aws_lb.gateway]
}

data "aws_lb_listener" "by_port" {
  load_balancer_arn = aws_lb_listener.tcp.load_balancer_arn
  port              = aws_lb_listener.tcp.port
}

data "aws_lb_target_group" "by_name" {
  name       = aws_lb_target_group.instances.name
  depends_on = [aws_lb_listener.tcp]
}

data "aws_lb_hosted_zone_id" "network" {
  load_balancer_type = "network"
}

output "found" {
  value = {
    load_balancer = data.aws_lb.by_name.arn == aws_lb.main.arn
    tagged        = one(data.aws_lbs.tagged.arns) == aws_lb.main.arn
    listener      = data.aws_lb_listener.by_port.arn == aws_lb_listener.tcp.arn
    target_group  = one(data.aws_lb_target_group.by_name.load_balancer_arns) == aws_lb.main.arn
    hosted_zone   = data.aws_lb_hosted_zone_id.network.id == aws_lb.main.zone_id
    elastic       = [for mapping in aws_lb.static.subnet_mapping : mapping.allocation_id == aws_eip.static["a"].allocation_id][0]
    addresses     = sort([for mapping in aws_lb.main.subnet_mapping : mapping.private_ipv4_address])
  }
}

output "dns_name" {
  value = aws_lb.main.dns_name
}
