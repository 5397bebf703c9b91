# A fully private VPC: no internet gateway, no NAT, no public address. Session Manager reaches its instance through
# three interface endpoints, and the instance reaches S3 through a gateway endpoint. Plain AWS: the same files apply to
# an AWS account.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }
}

provider "aws" {
  region = "us-east-1"
}

# Phase 0: base network

resource "aws_vpc" "lab" {
  cidr_block           = "10.0.0.0/16"
  enable_dns_support   = true
  enable_dns_hostnames = var.enable_dns_hostnames
  tags                 = { Name = "private-ssm" }
}

resource "aws_subnet" "private" {
  vpc_id                  = aws_vpc.lab.id
  cidr_block              = "10.0.1.0/24"
  map_public_ip_on_launch = false
  tags                    = { Name = "private" }
}

# 10.0.0.0/16 -> local, and nothing else.
resource "aws_route_table" "private" {
  vpc_id = aws_vpc.lab.id
  tags   = { Name = "private" }
}

resource "aws_route_table_association" "private" {
  subnet_id      = aws_subnet.private.id
  route_table_id = aws_route_table.private.id
}

# Phase 1: the instance and the endpoints of Systems Manager

resource "aws_iam_role" "instance" {
  name = "private-ssm-instance"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ec2.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy_attachment" "ssm" {
  role       = aws_iam_role.instance.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_instance_profile" "instance" {
  name = "private-ssm-instance"
  role = aws_iam_role.instance.name
}

resource "aws_security_group" "instance" {
  name        = "private-ssm-instance"
  description = "Nothing in; HTTPS out"
  vpc_id      = aws_vpc.lab.id
}

resource "aws_vpc_security_group_egress_rule" "https" {
  security_group_id = aws_security_group.instance.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

data "aws_ami" "amazon_linux" {
  most_recent = true
  owners      = ["amazon"]
  filter {
    name   = "name"
    values = ["al2023-ami-2023*"]
  }
}

resource "aws_instance" "private" {
  ami                         = data.aws_ami.amazon_linux.id
  instance_type               = "t3.micro"
  subnet_id                   = aws_subnet.private.id
  associate_public_ip_address = false
  vpc_security_group_ids      = [aws_security_group.instance.id]
  iam_instance_profile        = aws_iam_instance_profile.instance.name
  tags                        = { Name = "private" }
}

# One group for all interface endpoints: what the instance lets out must be let in there.
resource "aws_security_group" "endpoints" {
  name        = "private-ssm-endpoints"
  description = "HTTPS in from the instance"
  vpc_id      = aws_vpc.lab.id
}

resource "aws_vpc_security_group_ingress_rule" "endpoints" {
  security_group_id            = aws_security_group.endpoints.id
  referenced_security_group_id = aws_security_group.instance.id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
}

resource "aws_vpc_endpoint" "ssm" {
  for_each            = toset(var.interface_endpoints)
  vpc_id              = aws_vpc.lab.id
  vpc_endpoint_type   = "Interface"
  service_name        = "com.amazonaws.us-east-1.${each.key}"
  subnet_ids          = [aws_subnet.private.id]
  security_group_ids  = [aws_security_group.endpoints.id]
  private_dns_enabled = true
  tags                = { Name = each.key }
}

# Phase 2: S3 by a gateway endpoint

resource "aws_s3_bucket" "lab" {
  bucket        = "private-ssm-lab"
  force_destroy = true
}

resource "aws_s3_object" "text" {
  bucket  = aws_s3_bucket.lab.id
  key     = "text.txt"
  content = "read without the internet\n"
}

resource "aws_iam_role_policy_attachment" "s3" {
  role       = aws_iam_role.instance.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonS3FullAccess"
}

resource "aws_vpc_endpoint" "s3" {
  count             = var.s3_endpoint ? 1 : 0
  vpc_id            = aws_vpc.lab.id
  vpc_endpoint_type = "Gateway"
  service_name      = "com.amazonaws.us-east-1.s3"
  route_table_ids   = [aws_route_table.private.id]
}
