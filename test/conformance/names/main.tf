# Route 53: a private zone of two VPCs, one of them another account's, its records, and a public zone.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

variable "address" {
  type    = string
  default = "10.0.1.20"
}

provider "aws" {
  region                      = "us-east-1"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
}

provider "aws" {
  alias                       = "other"
  region                      = "us-east-1"
  access_key                  = "999999999999"
  secret_key                  = "unused"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
}

resource "aws_vpc" "main" {
  cidr_block           = "10.0.0.0/16"
  enable_dns_hostnames = true
}

resource "aws_subnet" "main" {
  vpc_id            = aws_vpc.main.id
  cidr_block        = "10.0.1.0/24"
  availability_zone = "us-east-1a"
}

resource "aws_vpc" "second" {
  cidr_block           = "10.1.0.0/16"
  enable_dns_hostnames = true
}

resource "aws_vpc" "other" {
  provider             = aws.other
  cidr_block           = "10.2.0.0/16"
  enable_dns_hostnames = true
}

resource "aws_vpc_endpoint" "ssm" {
  vpc_id              = aws_vpc.main.id
  service_name        = "com.amazonaws.us-east-1.ssm"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  subnet_ids          = [aws_subnet.main.id]
}

resource "aws_route53_zone" "private" {
  name    = "corp.example"
  comment = "inside ${var.address}"

  vpc {
    vpc_id = aws_vpc.main.id
  }

  tags = {
    Address = var.address
  }

  # The other associations are resources of their own.
  lifecycle {
    ignore_changes = [vpc]
  }
}

resource "aws_route53_zone_association" "second" {
  zone_id = aws_route53_zone.private.zone_id
  vpc_id  = aws_vpc.second.id
}

resource "aws_route53_vpc_association_authorization" "other" {
  zone_id = aws_route53_zone.private.zone_id
  vpc_id  = aws_vpc.other.id
}

resource "aws_route53_zone_association" "other" {
  provider = aws.other
  zone_id  = aws_route53_vpc_association_authorization.other.zone_id
  vpc_id   = aws_vpc.other.id
}

resource "aws_route53_record" "a" {
  zone_id = aws_route53_zone.private.zone_id
  name    = "db.corp.example"
  type    = "A"
  ttl     = 30
  records = [var.address, "10.0.1.21"]
}

resource "aws_route53_record" "wildcard" {
  zone_id = aws_route53_zone.private.zone_id
  name    = "*.apps.corp.example"
  type    = "A"
  ttl     = 30
  records = [var.address]
}

resource "aws_route53_record" "cname" {
  zone_id = aws_route53_zone.private.zone_id
  name    = "www"
  type    = "CNAME"
  ttl     = 30
  records = ["db.corp.example"]
}

resource "aws_route53_record" "txt" {
  zone_id = aws_route53_zone.private.zone_id
  name    = "corp.example"
  type    = "TXT"
  ttl     = 30
  records = ["address=${var.address}"]
}

resource "aws_route53_record" "weighted" {
  for_each       = { blue = 3, green = 1 }
  zone_id        = aws_route53_zone.private.zone_id
  name           = "canary.corp.example"
  type           = "A"
  ttl            = 5
  set_identifier = each.key
  records        = ["10.0.1.${30 + each.value}"]

  weighted_routing_policy {
    weight = each.value
  }
}

resource "aws_route53_record" "endpoint" {
  zone_id = aws_route53_zone.private.zone_id
  name    = "ssm.corp.example"
  type    = "A"

  alias {
    name                   = aws_vpc_endpoint.ssm.dns_entry[0].dns_name
    zone_id                = aws_vpc_endpoint.ssm.dns_entry[0].hosted_zone_id
    evaluate_target_health = true
  }
}

resource "aws_route53_health_check" "web" {
  ip_address        = var.address
  type              = "HTTPS_STR_MATCH"
  port              = 8443
  resource_path     = "/health"
  search_string     = "ok"
  request_interval  = 10
  failure_threshold = 2
  tags              = { Name = "web" }
}

resource "aws_route53_health_check" "all" {
  type                   = "CALCULATED"
  child_health_threshold = 1
  child_healthchecks     = [aws_route53_health_check.web.id]
}

resource "aws_route53_zone" "public" {
  name = "example.org"
}

resource "aws_route53_record" "public" {
  zone_id = aws_route53_zone.public.zone_id
  name    = "www.example.org"
  type    = "A"
  ttl     = 300
  records = ["192.0.2.1"]
}

data "aws_route53_zone" "found" {
  name         = "corp.example"
  private_zone = true
  depends_on   = [aws_route53_zone.private]
}

output "found" {
  value = data.aws_route53_zone.found.zone_id == aws_route53_zone.private.zone_id
}

output "name_servers" {
  value = length(aws_route53_zone.public.name_servers)
}
