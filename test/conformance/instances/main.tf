# An instance with what Terraform reads back of it: image by name, profile, interfaces, volumes, metadata, credits.

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

variable "name" {
  default = "first"
}

variable "monitoring" {
  default = false
}

# Which of two values the attributes have that change in place, by a call or by stop and start.
variable "second" {
  default = false
}

data "aws_ami" "amazon_linux" {
  most_recent = true
  owners      = ["amazon"]
  filter {
    name   = "name"
    values = ["amzn2-ami-hvm-*-gp2"]
  }
}

locals {
  family = data.aws_ami.amazon_linux.architecture == "arm64" ? "t4g" : "t3"
}

resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "main" {
  vpc_id            = aws_vpc.main.id
  cidr_block        = "10.0.1.0/24"
  availability_zone = "us-east-1a"
}

resource "aws_security_group" "main" {
  name   = "main"
  vpc_id = aws_vpc.main.id
}

resource "aws_iam_role" "main" {
  name = "main"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ec2.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_instance_profile" "main" {
  name = "main"
  role = aws_iam_role.main.name
}

resource "aws_iam_instance_profile" "second" {
  name = "second"
  role = aws_iam_role.main.name
}

resource "aws_security_group" "second" {
  name   = "second"
  vpc_id = aws_vpc.main.id
}

resource "aws_instance" "plain" {
  ami           = data.aws_ami.amazon_linux.id
  instance_type = "${local.family}.${var.second ? "medium" : "small"}"
  subnet_id     = aws_subnet.main.id
}

# Made anew when its user data changes.
resource "aws_instance" "renewed" {
  ami                         = data.aws_ami.amazon_linux.id
  instance_type               = "${local.family}.small"
  subnet_id                   = aws_subnet.main.id
  user_data_base64            = base64encode(var.second ? "#!/bin/sh\necho second" : "#!/bin/sh\necho first")
  user_data_replace_on_change = true
  disable_api_stop            = var.second
  iam_instance_profile        = var.second ? aws_iam_instance_profile.main.name : null

  ebs_block_device {
    device_name = "/dev/sdf"
    volume_size = 5
    tags        = { Name = "extra" }
  }
}

resource "aws_network_interface" "third" {
  subnet_id         = aws_subnet.main.id
  private_ips_count = var.second ? 2 : 1
  description       = var.name
  source_dest_check = var.second
  security_groups   = var.second ? [aws_security_group.second.id, aws_security_group.main.id] : [aws_security_group.main.id]
  tags              = { Name = var.name }
}

resource "aws_network_interface_attachment" "third" {
  instance_id          = aws_instance.plain.id
  network_interface_id = aws_network_interface.third.id
  device_index         = 1
}

resource "aws_network_interface_sg_attachment" "plain" {
  security_group_id    = aws_security_group.second.id
  network_interface_id = aws_instance.plain.primary_network_interface_id
}

resource "aws_key_pair" "main" {
  key_name   = "somebody"
  public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICWuJG7qpnt9D1nnBGuELket1Ma52u8+5FSp4bhjn8G0 somebody"
}

resource "aws_placement_group" "main" {
  name     = "spread"
  strategy = "spread"
}

resource "aws_subnet" "templated" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.2.0/24"
}

resource "aws_launch_template" "main" {
  name_prefix            = "web-"
  description            = var.name
  image_id               = data.aws_ami.amazon_linux.id
  instance_type          = "${local.family}.small"
  key_name               = aws_key_pair.main.key_name
  update_default_version = true

  iam_instance_profile {
    name = aws_iam_instance_profile.main.name
  }
  metadata_options {
    http_tokens = "required"
  }
  block_device_mappings {
    device_name = "/dev/sdf"
    ebs {
      volume_size = 5
    }
  }
  network_interfaces {
    subnet_id       = aws_subnet.templated.id
    security_groups = [aws_security_group.main.id]
  }
  tag_specifications {
    resource_type = "volume"
    tags          = { From = "template" }
  }
  tags = { Name = var.name }
}

resource "aws_launch_template" "empty" {
  name = "empty"
}

resource "aws_instance" "templated" {
  placement_group = aws_placement_group.main.name
  tags            = { Name = "templated" }
  launch_template {
    id      = aws_launch_template.main.id
    version = "1"
  }
}

data "aws_launch_template" "main" {
  name = aws_launch_template.main.name
}

resource "aws_instance" "full" {
  ami                                  = data.aws_ami.amazon_linux.id
  instance_type                        = "${local.family}.small"
  subnet_id                            = aws_subnet.main.id
  vpc_security_group_ids               = [var.second ? aws_security_group.second.id : aws_security_group.main.id]
  private_ip                           = "10.0.1.50"
  secondary_private_ips                = ["10.0.1.51"]
  iam_instance_profile                 = var.second ? aws_iam_instance_profile.second.name : aws_iam_instance_profile.main.name
  key_name                             = aws_key_pair.main.key_name
  monitoring                           = var.monitoring
  ebs_optimized                        = true
  source_dest_check                    = false
  disable_api_termination              = !var.second
  instance_initiated_shutdown_behavior = var.second ? "stop" : "terminate"
  user_data                            = "#!/bin/sh\necho ${var.name}\n"
  tags                                 = { Name = var.name }
  volume_tags                          = { Name = var.name }

  metadata_options {
    http_tokens                 = var.second ? "optional" : "required"
    http_put_response_hop_limit = var.second ? 1 : 2
    instance_metadata_tags      = "enabled"
  }
  credit_specification {
    cpu_credits = var.second ? "unlimited" : "standard"
  }
  root_block_device {
    volume_size = 20
    volume_type = "gp3"
  }
}

resource "aws_network_interface" "second" {
  subnet_id       = aws_subnet.main.id
  private_ips     = ["10.0.1.60", "10.0.1.61"]
  security_groups = [aws_security_group.main.id]
  description     = "second"
  attachment {
    instance     = aws_instance.full.id
    device_index = 1
  }
}

data "aws_instance" "full" {
  instance_id = aws_instance.full.id
  depends_on  = [aws_network_interface.second]
}

data "aws_instances" "named" {
  instance_tags = { Name = var.name }
  depends_on    = [aws_instance.full]
}

data "aws_ec2_instance_type" "full" {
  instance_type = aws_instance.full.instance_type
}

data "aws_network_interface" "second" {
  id = aws_network_interface.second.id
}

output "state" {
  value = aws_instance.full.instance_state
}

output "private_dns" {
  value = data.aws_instance.full.private_dns
}

output "found" {
  value = length(data.aws_instances.named.ids)
}

output "interfaces" {
  value = data.aws_ec2_instance_type.full.maximum_network_interfaces
}

output "second_addresses" {
  value = data.aws_network_interface.second.private_ips
}

output "templated" {
  value = [aws_instance.templated.instance_type == data.aws_launch_template.main.instance_type, aws_instance.templated.key_name]
}

output "plain_private_ip" {
  value = aws_instance.plain.private_ip
}
