# The endpoint service of the article. Changed where today's provider or AWS refuse it: `aws_subnet_ids` is gone, and no
# load balancer's name may begin with `internal-`. The article leaves out the target group and the listener.

terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

variable "vpc_id" {
  type = string
}

variable "subnet_names" {
  type = list(string)
}

variable "vpce_allowed_principals" {
  type = list(string)
}

variable "instance_ids" {
  type = map(string)
}

variable "proxy_protocol" {
  type = bool
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

resource "aws_lb" "this" {
  name               = "lb-internal"
  load_balancer_type = "network"
  subnets            = data.aws_subnets.this.ids
  internal           = true
}

resource "aws_vpc_endpoint_service" "this" {
  network_load_balancer_arns = [aws_lb.this.arn]

  allowed_principals  = var.vpce_allowed_principals
  acceptance_required = false
}

resource "aws_lb_target_group" "this" {
  name              = "service-b"
  vpc_id            = var.vpc_id
  protocol          = "TCP"
  port              = 80
  proxy_protocol_v2 = var.proxy_protocol
  health_check {
    protocol            = "TCP"
    interval            = 5
    timeout             = 2
    healthy_threshold   = 2
    unhealthy_threshold = 2
  }
}

resource "aws_lb_target_group_attachment" "this" {
  for_each         = var.instance_ids
  target_group_arn = aws_lb_target_group.this.arn
  target_id        = each.value
}

resource "aws_lb_listener" "this" {
  load_balancer_arn = aws_lb.this.arn
  protocol          = "TCP"
  port              = 80
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this.arn
  }
}

output "service_name" {
  value = aws_vpc_endpoint_service.this.service_name
}

output "service_id" {
  value = aws_vpc_endpoint_service.this.id
}

output "load_balancer_arn" {
  value = aws_lb.this.arn
}

output "target_group_arn" {
  value = aws_lb_target_group.this.arn
}
