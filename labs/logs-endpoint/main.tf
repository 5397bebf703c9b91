# A private subnet whose only ways out are the article's endpoints, and a VPC beside it that has none. Plain AWS: the
# same files apply to an AWS account.

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

# Private DNS of an interface endpoint wants both attributes.
resource "aws_vpc" "lab" {
  cidr_block           = "10.0.0.0/16"
  enable_dns_support   = true
  enable_dns_hostnames = true
  tags                 = { Name = "logs-endpoint" }
}

# On the main route table, which has the local route only.
resource "aws_subnet" "private" {
  vpc_id            = aws_vpc.lab.id
  cidr_block        = "10.0.1.0/24"
  availability_zone = "us-east-1a"
  tags              = { Name = "private" }
}

resource "aws_vpc" "other" {
  cidr_block           = "10.1.0.0/16"
  enable_dns_support   = true
  enable_dns_hostnames = true
  tags                 = { Name = "logs-endpoint-other" }
}

resource "aws_subnet" "other" {
  vpc_id     = aws_vpc.other.id
  cidr_block = "10.1.1.0/24"
  tags       = { Name = "other" }
}

resource "aws_security_group" "app" {
  name        = "logs-endpoint-app"
  description = "Nothing in; HTTPS out"
  vpc_id      = aws_vpc.lab.id
}

resource "aws_vpc_security_group_egress_rule" "app" {
  security_group_id = aws_security_group.app.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_security_group" "other" {
  name        = "logs-endpoint-other"
  description = "Nothing in, nothing out"
  vpc_id      = aws_vpc.other.id
}

resource "aws_iam_role" "app" {
  name = "logs-endpoint-app"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ec2.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

# The role may do anything with Logs and read S3, so what is refused is refused by the endpoint.
resource "aws_iam_role_policy_attachment" "logs" {
  role       = aws_iam_role.app.name
  policy_arn = "arn:aws:iam::aws:policy/CloudWatchLogsFullAccess"
}

resource "aws_iam_role_policy_attachment" "s3" {
  role       = aws_iam_role.app.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
}

resource "aws_iam_instance_profile" "app" {
  name = "logs-endpoint-app"
  role = aws_iam_role.app.name
}

data "aws_ami" "amazon_linux" {
  most_recent = true
  owners      = ["amazon"]
  filter {
    name   = "name"
    values = ["al2023-ami-2023*"]
  }
}

resource "aws_instance" "app" {
  ami                    = data.aws_ami.amazon_linux.id
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.private.id
  vpc_security_group_ids = [aws_security_group.app.id]
  iam_instance_profile   = aws_iam_instance_profile.app.name
  tags                   = { Name = "app" }
}

resource "aws_instance" "other" {
  ami                    = data.aws_ami.amazon_linux.id
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.other.id
  vpc_security_group_ids = [aws_security_group.other.id]
  tags                   = { Name = "other" }
}

module "endpoints" {
  source              = "./endpoints"
  count               = var.endpoint ? 1 : 0
  region              = "us-east-1"
  vpc_id              = aws_vpc.lab.id
  subnet_names        = ["private"]
  private_dns_enabled = var.private_dns
  ingress_https       = var.endpoint_https
  policy              = var.endpoint_limited ? file("${path.module}/endpoints/policy.json") : null
  depends_on          = [aws_subnet.private]
}
