# The endpoint of the article.

variable "vpc_id" {
  type = string
}

variable "service_name" {
  type = string
}

variable "subnet_ids" {
  type = list(string)
}

resource "aws_vpc_endpoint" "this" {
  vpc_id            = var.vpc_id
  vpc_endpoint_type = "Interface"
  service_name      = var.service_name

  subnet_ids         = var.subnet_ids
  security_group_ids = [aws_security_group.this.id]
}

resource "aws_security_group" "this" {
  name        = "endpoint"
  description = "HTTP in"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "http" {
  security_group_id = aws_security_group.this.id
  cidr_ipv4         = "10.0.0.0/16"
  ip_protocol       = "tcp"
  from_port         = 80
  to_port           = 80
}

output "dns_entry" {
  value = aws_vpc_endpoint.this.dns_entry[0].dns_name
}

output "id" {
  value = aws_vpc_endpoint.this.id
}
