# Service A in one account reaches service B in another. Both VPCs are 10.0.0.0/16: no address of one is ever routed in the
# other. Plain AWS: the same files apply to two AWS accounts.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }
}

# The account of service A, the consumer.
provider "aws" {
  region = "us-east-1"
}

# The account of service B, the provider.
provider "aws" {
  alias      = "b"
  region     = "us-east-1"
  access_key = var.b_access_key
  secret_key = var.b_secret_key
}

data "aws_caller_identity" "a" {}

locals {
  cidr    = "10.0.0.0/16"
  subnets = { us-east-1a = "10.0.1.0/24", us-east-1b = "10.0.2.0/24" }
  # A zone's name is the account's own; the two sides meet in zones of one id.
  zone_ids = { us-east-1a = "use1-az6", us-east-1b = "use1-az1" }
}

data "aws_ami" "amazon_linux" {
  most_recent = true
  owners      = ["amazon"]
  filter {
    name   = "name"
    values = ["al2023-ami-2023*"]
  }
}

# --- service A ---------------------------------------------------------------------------------------------------

resource "aws_vpc" "a" {
  cidr_block           = local.cidr
  enable_dns_support   = true
  enable_dns_hostnames = true
  tags                 = { Name = "service-a" }
}

resource "aws_subnet" "a" {
  for_each             = local.subnets
  vpc_id               = aws_vpc.a.id
  cidr_block           = each.value
  availability_zone_id = local.zone_ids[each.key]
  tags                 = { Name = "service-a" }
}

# In a zone without an address of the endpoint, so that its clients use those of both others.
resource "aws_subnet" "client" {
  vpc_id            = aws_vpc.a.id
  cidr_block        = "10.0.3.0/24"
  availability_zone = "us-east-1c"
  tags              = { Name = "service-a-client" }
}

resource "aws_security_group" "a" {
  name        = "service-a"
  description = "HTTP out and in: only the one way of PrivateLink keeps B out"
  vpc_id      = aws_vpc.a.id
  ingress {
    protocol    = "tcp"
    from_port   = 80
    to_port     = 80
    cidr_blocks = ["0.0.0.0/0"]
  }
  egress {
    protocol    = "tcp"
    from_port   = 80
    to_port     = 80
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_instance" "a" {
  ami                    = data.aws_ami.amazon_linux.id
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.client.id
  private_ip             = "10.0.3.10"
  vpc_security_group_ids = [aws_security_group.a.id]
  user_data              = file("${path.module}/serve.sh")
  tags                   = { Name = "service-a" }
}

module "endpoint" {
  source       = "./endpoint"
  count        = var.endpoint ? 1 : 0
  vpc_id       = aws_vpc.a.id
  subnet_ids   = [for subnet in aws_subnet.a : subnet.id]
  service_name = module.service.service_name
}

# --- service B ---------------------------------------------------------------------------------------------------

resource "aws_vpc" "b" {
  provider   = aws.b
  cidr_block = local.cidr
  tags       = { Name = "service-b" }
}

resource "aws_subnet" "b" {
  provider             = aws.b
  for_each             = local.subnets
  vpc_id               = aws_vpc.b.id
  cidr_block           = each.value
  availability_zone_id = local.zone_ids[each.key]
  tags                 = { Name = "service-b" }
}

resource "aws_security_group" "b" {
  provider    = aws.b
  name        = "service-b"
  description = "HTTP in from the VPC, where the load balancer is; all out"
  vpc_id      = aws_vpc.b.id
  ingress {
    protocol    = "tcp"
    from_port   = 80
    to_port     = 80
    cidr_blocks = [local.cidr]
  }
  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_instance" "b" {
  provider               = aws.b
  for_each               = local.subnets
  ami                    = data.aws_ami.amazon_linux.id
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.b[each.key].id
  private_ip             = cidrhost(each.value, 20)
  vpc_security_group_ids = [aws_security_group.b.id]
  user_data              = file("${path.module}/serve.sh")
  tags                   = { Name = "service-b-${each.key}" }
}

module "service" {
  source                  = "./service"
  providers               = { aws = aws.b }
  vpc_id                  = aws_vpc.b.id
  subnet_names            = ["service-b"]
  instance_ids            = { for zone, instance in aws_instance.b : zone => instance.id }
  vpce_allowed_principals = var.allowed ? ["arn:aws:iam::${data.aws_caller_identity.a.account_id}:root"] : []
  proxy_protocol          = var.proxy_protocol
  depends_on              = [aws_subnet.b]
}
