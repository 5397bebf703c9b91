# CloudWatch Logs by the provider; `stage` changes what can change in place.

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

resource "aws_cloudwatch_log_group" "app" {
  name              = "/conformance/app"
  retention_in_days = var.stage == "first" ? 7 : 30
  tags              = { Stage = var.stage }
}

resource "aws_cloudwatch_log_group" "kept" {
  name_prefix     = "/conformance/kept-"
  log_group_class = "INFREQUENT_ACCESS"
}

resource "aws_cloudwatch_log_stream" "one" {
  name           = "one"
  log_group_name = aws_cloudwatch_log_group.app.name
}

data "aws_iam_policy_document" "route53" {
  statement {
    actions   = var.stage == "first" ? ["logs:PutLogEvents"] : ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.app.arn}:*"]
    principals {
      identifiers = ["route53.amazonaws.com"]
      type        = "Service"
    }
  }
}

resource "aws_cloudwatch_log_resource_policy" "route53" {
  policy_name     = "route53"
  policy_document = data.aws_iam_policy_document.route53.json
}

data "aws_cloudwatch_log_groups" "all" {
  log_group_name_prefix = "/conformance"
  depends_on            = [aws_cloudwatch_log_group.app, aws_cloudwatch_log_group.kept]
}

data "aws_cloudwatch_log_group" "app" {
  name = aws_cloudwatch_log_group.app.name
}

output "arn" {
  value = aws_cloudwatch_log_group.app.arn
}

output "stream_arn" {
  value = aws_cloudwatch_log_stream.one.arn
}

output "retention" {
  value = data.aws_cloudwatch_log_group.app.retention_in_days
}

output "groups" {
  value = length(data.aws_cloudwatch_log_groups.all.arns)
}
