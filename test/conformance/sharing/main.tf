# A subnet and a prefix list that one account shares with another of its organization, and what the other does with them.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }
}

variable "participant" {
  type = string
}

variable "changed" {
  default = false
}

provider "aws" {
  region = "us-east-1"
}

provider "aws" {
  alias      = "participant"
  region     = "us-east-1"
  access_key = var.participant
  secret_key = "unused"
}

resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "main" {
  vpc_id               = aws_vpc.main.id
  cidr_block           = "10.0.1.0/24"
  availability_zone_id = "use1-az6"
}

resource "aws_ec2_managed_prefix_list" "main" {
  name           = "offices"
  address_family = "IPv4"
  max_entries    = 5
  entry {
    cidr = "192.168.0.0/16"
  }
}

resource "aws_ram_resource_share" "main" {
  name                      = var.changed ? "network-2" : "network"
  allow_external_principals = false
}

resource "aws_ram_resource_association" "subnet" {
  resource_arn       = aws_subnet.main.arn
  resource_share_arn = aws_ram_resource_share.main.arn
}

resource "aws_ram_resource_association" "list" {
  resource_arn       = aws_ec2_managed_prefix_list.main.arn
  resource_share_arn = aws_ram_resource_share.main.arn
}

resource "aws_ram_principal_association" "main" {
  principal          = var.participant
  resource_share_arn = aws_ram_resource_share.main.arn
}

data "aws_subnet" "shared" {
  provider   = aws.participant
  id         = aws_subnet.main.id
  depends_on = [aws_ram_resource_association.subnet, aws_ram_principal_association.main]
}

data "aws_ami" "amazon_linux" {
  provider    = aws.participant
  most_recent = true
  owners      = ["amazon"]
  filter {
    name   = "name"
    values = ["amzn2-ami-hvm-*-gp2"]
  }
}

resource "aws_security_group" "own" {
  provider = aws.participant
  name     = "own"
  vpc_id   = data.aws_subnet.shared.vpc_id
  ingress {
    protocol        = "tcp"
    from_port       = 80
    to_port         = 80
    prefix_list_ids = [aws_ec2_managed_prefix_list.main.id]
  }
  depends_on = [aws_ram_resource_association.list]
}

resource "aws_instance" "own" {
  provider               = aws.participant
  ami                    = data.aws_ami.amazon_linux.id
  instance_type          = data.aws_ami.amazon_linux.architecture == "arm64" ? "t4g.small" : "t3.small"
  subnet_id              = data.aws_subnet.shared.id
  vpc_security_group_ids = [aws_security_group.own.id]
  tags                   = { Name = var.changed ? "second" : "first" }
}

# The owner lets in what the participant runs.
resource "aws_security_group" "main" {
  name   = "main"
  vpc_id = aws_vpc.main.id
}

resource "aws_vpc_security_group_ingress_rule" "main" {
  security_group_id            = aws_security_group.main.id
  referenced_security_group_id = "${var.participant}/${aws_security_group.own.id}"
  ip_protocol                  = "-1"
}

output "seen" {
  value = {
    owner     = data.aws_subnet.shared.owner_id
    zone      = data.aws_subnet.shared.availability_zone_id
    same_zone = data.aws_subnet.shared.availability_zone == aws_instance.own.availability_zone
    address   = aws_instance.own.private_ip
  }
}
