# Route 53 Resolver: endpoints in both directions, rules and their VPCs.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

provider "aws" {
  region = "us-east-1"
}

variable "second" {
  type    = bool
  default = false
}

resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "main" {
  for_each          = { a = 1, b = 2, c = 3 }
  vpc_id            = aws_vpc.main.id
  cidr_block        = "10.0.${each.value}.0/24"
  availability_zone = "us-east-1${each.key}"
}

resource "aws_security_group" "dns" {
  name   = "dns"
  vpc_id = aws_vpc.main.id
}

resource "aws_route53_resolver_endpoint" "inbound" {
  name               = var.second ? "second" : "first"
  direction          = "INBOUND"
  security_group_ids = [aws_security_group.dns.id]
  ip_address {
    subnet_id = aws_subnet.main["a"].id
    ip        = "10.0.1.53"
  }
  ip_address {
    subnet_id = aws_subnet.main[var.second ? "c" : "b"].id
  }
  tags = { Name = "inbound" }
}

resource "aws_route53_resolver_endpoint" "outbound" {
  direction          = "OUTBOUND"
  security_group_ids = [aws_security_group.dns.id]
  ip_address {
    subnet_id = aws_subnet.main["a"].id
  }
  ip_address {
    subnet_id = aws_subnet.main["b"].id
  }
}

resource "aws_route53_resolver_rule" "corp" {
  domain_name          = "corp.example"
  name                 = "corp"
  rule_type            = "FORWARD"
  resolver_endpoint_id = aws_route53_resolver_endpoint.outbound.id
  target_ip {
    ip = var.second ? "192.0.2.54" : "192.0.2.53"
  }
  tags = { Name = var.second ? "second" : "first" }
}

resource "aws_route53_resolver_rule" "aws" {
  domain_name = "aws.corp.example"
  rule_type   = "SYSTEM"
}

resource "aws_route53_resolver_rule_association" "corp" {
  resolver_rule_id = aws_route53_resolver_rule.corp.id
  vpc_id           = aws_vpc.main.id
}

data "aws_route53_resolver_endpoint" "inbound" {
  resolver_endpoint_id = aws_route53_resolver_endpoint.inbound.id
}

data "aws_route53_resolver_rule" "corp" {
  domain_name = aws_route53_resolver_rule.corp.domain_name
  rule_type   = "FORWARD"
}

output "addresses" {
  value = length(data.aws_route53_resolver_endpoint.inbound.ip_addresses)
}

output "found" {
  value = data.aws_route53_resolver_rule.corp.id == aws_route53_resolver_rule.corp.id
}
