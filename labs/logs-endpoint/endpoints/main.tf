# The endpoints of the article, as it has them but for `aws_subnet_ids`, which today's provider no longer has.

variable "region" {
  type = string
}

variable "vpc_id" {
  type = string
}

variable "subnet_names" {
  type = list(string)
}

variable "private_dns_enabled" {
  type = bool
}

variable "ingress_https" {
  type = bool
}

variable "policy" {
  type = string
}

data "aws_route_table" "this" {
  vpc_id = var.vpc_id
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id            = var.vpc_id
  vpc_endpoint_type = "Gateway"

  service_name = "com.amazonaws.${var.region}.s3"

  route_table_ids = [data.aws_route_table.this.id]
}

data "aws_subnets" "this" {
  filter {
    name   = "vpc-id"
    values = [var.vpc_id]
  }
  filter {
    name   = "tag:Name"
    values = var.subnet_names
  }
}

resource "aws_vpc_endpoint" "log" {
  vpc_id            = var.vpc_id
  vpc_endpoint_type = "Interface"

  service_name = "com.amazonaws.${var.region}.logs"

  subnet_ids = data.aws_subnets.this.ids
  security_group_ids = [
    aws_security_group.this.id,
  ]

  # "It can be disabled with private_dns_enabled", which is today's default.
  private_dns_enabled = var.private_dns_enabled

  # "An extra argument, policy."
  policy = var.policy
}

# "We need an existing security group as well."
resource "aws_security_group" "this" {
  name        = "logs-endpoint"
  description = "HTTPS in"
  vpc_id      = var.vpc_id
}

data "aws_vpc" "this" {
  id = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "https" {
  count             = var.ingress_https ? 1 : 0
  security_group_id = aws_security_group.this.id
  cidr_ipv4         = data.aws_vpc.this.cidr_block
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

output "log_endpoint_id" {
  value = aws_vpc_endpoint.log.id
}

output "log_dns_name" {
  value = aws_vpc_endpoint.log.dns_entry[0].dns_name
}

output "security_group_id" {
  value = aws_security_group.this.id
}
