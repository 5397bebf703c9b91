# Flow logs by the provider: a VPC's to CloudWatch Logs, a subnet's to S3, an interface's with fields of its own. `stage`
# changes what can change in place.

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

variable "stage" {
  type    = string
  default = "first"
}

resource "aws_vpc" "this" {
  cidr_block           = "10.0.0.0/16"
  enable_dns_hostnames = true
}

resource "aws_subnet" "a" {
  vpc_id            = aws_vpc.this.id
  cidr_block        = "10.0.1.0/24"
  availability_zone = "us-east-1a"
}

resource "aws_vpc_endpoint" "ssm" {
  vpc_id            = aws_vpc.this.id
  service_name      = "com.amazonaws.us-east-1.ssm"
  vpc_endpoint_type = "Interface"
  subnet_ids        = [aws_subnet.a.id]
}

resource "aws_network_interface" "spare" {
  subnet_id = aws_subnet.a.id
}

resource "aws_cloudwatch_log_group" "flows" {
  name = "/vpc/flows"
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["vpc-flow-logs.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "write" {
  statement {
    actions = [
      "logs:CreateLogGroup",
      "logs:CreateLogStream",
      "logs:DescribeLogGroups",
      "logs:DescribeLogStreams",
      "logs:PutLogEvents",
    ]
    resources = ["*"]
  }
}

resource "aws_iam_role" "flows" {
  name               = "flows"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy" "write" {
  role   = aws_iam_role.flows.id
  policy = data.aws_iam_policy_document.write.json
}

resource "aws_s3_bucket" "flows" {
  bucket        = "conformance-flows"
  force_destroy = true
}

resource "aws_flow_log" "group" {
  vpc_id                   = aws_vpc.this.id
  traffic_type             = "ALL"
  log_destination          = aws_cloudwatch_log_group.flows.arn
  iam_role_arn             = aws_iam_role.flows.arn
  max_aggregation_interval = 60
  tags                     = { Stage = var.stage }
}

resource "aws_flow_log" "bucket" {
  subnet_id            = aws_subnet.a.id
  traffic_type         = "REJECT"
  log_destination      = "${aws_s3_bucket.flows.arn}/network"
  log_destination_type = "s3"
  destination_options {
    file_format                = "plain-text"
    hive_compatible_partitions = true
    per_hour_partition         = true
  }
}

resource "aws_flow_log" "interface" {
  eni_id               = aws_network_interface.spare.id
  traffic_type         = "ACCEPT"
  log_destination      = aws_s3_bucket.flows.arn
  log_destination_type = "s3"
  log_format           = "$${version} $${vpc-id} $${interface-id} $${tcp-flags} $${flow-direction}"
}

output "arn" {
  value = aws_flow_log.group.arn
}

output "endpoint_interface" {
  value = one(aws_vpc_endpoint.ssm.network_interface_ids)
}
