# A private subnet with no way out but the S3 gateway endpoint. Plain AWS: the same files apply to an AWS account.

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

# A second account, whose bucket the endpoint policy must refuse.
provider "aws" {
  alias      = "partner"
  region     = "us-east-1"
  access_key = var.partner_access_key
  secret_key = var.partner_secret_key
}

resource "aws_vpc" "lab" {
  cidr_block = "10.0.0.0/16"
  tags       = { Name = "private-s3" }
}

resource "aws_subnet" "private" {
  vpc_id     = aws_vpc.lab.id
  cidr_block = "10.0.1.0/24"
  tags       = { Name = "private" }
}

# Only the local route: no internet gateway, no NAT.
resource "aws_route_table" "private" {
  vpc_id = aws_vpc.lab.id
  tags   = { Name = "private" }
}

resource "aws_route_table_association" "private" {
  subnet_id      = aws_subnet.private.id
  route_table_id = aws_route_table.private.id
}

resource "aws_security_group" "instance" {
  name        = "private-s3-instance"
  description = "Nothing in; HTTPS out"
  vpc_id      = aws_vpc.lab.id
}

resource "aws_vpc_security_group_egress_rule" "https" {
  count             = var.egress_https ? 1 : 0
  security_group_id = aws_security_group.instance.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_iam_role" "instance" {
  name = "private-s3-instance"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ec2.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

# The role may do anything with S3, so what is refused is refused by the endpoint.
resource "aws_iam_role_policy_attachment" "s3" {
  role       = aws_iam_role.instance.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonS3FullAccess"
}

resource "aws_iam_instance_profile" "instance" {
  name = "private-s3-instance"
  role = aws_iam_role.instance.name
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
  vpc_security_group_ids = [aws_security_group.instance.id]
  iam_instance_profile   = aws_iam_instance_profile.instance.name
  tags                   = { Name = "app" }
}

resource "aws_s3_bucket" "confidential" {
  bucket        = "company-confidential-data"
  force_destroy = true
}

resource "aws_s3_object" "report" {
  bucket  = aws_s3_bucket.confidential.id
  key     = "report.txt"
  content = "for the company only\n"
}

resource "aws_s3_bucket" "partner" {
  provider      = aws.partner
  bucket        = "partner-shared-data"
  force_destroy = true
}

resource "aws_s3_object" "partner" {
  provider = aws.partner
  bucket   = aws_s3_bucket.partner.id
  key      = "offer.txt"
  content  = "from another account\n"
}

# The partner lets our account in, so that the endpoint policy alone stands between.
resource "aws_s3_bucket_policy" "partner" {
  provider = aws.partner
  bucket   = aws_s3_bucket.partner.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::123456789012:root" }
      Action    = "s3:GetObject"
      Resource  = "${aws_s3_bucket.partner.arn}/*"
    }]
  })
}

module "s3_gateway" {
  source                  = "./s3-gateway"
  count                   = var.endpoint ? 1 : 0
  vpc_id                  = aws_vpc.lab.id
  private_route_table_ids = var.endpoint_routed ? [aws_route_table.private.id] : []
}
