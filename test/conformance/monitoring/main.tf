# CloudWatch by the provider: alarms that tell a topic, and a metric filter that feeds one of them. `stage` changes what can
# change in place.

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

resource "aws_sns_topic" "ops" {
  name = "ops"
}

resource "aws_cloudwatch_log_group" "app" {
  name = "/app"
}

resource "aws_cloudwatch_log_stream" "app" {
  name           = "one"
  log_group_name = aws_cloudwatch_log_group.app.name
}

resource "aws_cloudwatch_log_metric_filter" "errors" {
  name           = "errors"
  log_group_name = aws_cloudwatch_log_group.app.name
  pattern        = "ERROR"

  metric_transformation {
    namespace     = "App"
    name          = "Errors"
    value         = "1"
    default_value = "0"
    unit          = "Count"
  }
}

resource "aws_cloudwatch_metric_alarm" "errors" {
  alarm_name          = "errors"
  alarm_description   = "Something is logged as an error"
  namespace           = aws_cloudwatch_log_metric_filter.errors.metric_transformation[0].namespace
  metric_name         = aws_cloudwatch_log_metric_filter.errors.metric_transformation[0].name
  statistic           = "Sum"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = var.stage == "first" ? 2 : 1
  period              = 60
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.ops.arn]
  ok_actions          = [aws_sns_topic.ops.arn]
  tags                = { Stage = var.stage }
}

resource "aws_cloudwatch_metric_alarm" "slow" {
  alarm_name          = "slow"
  namespace           = "App"
  metric_name         = "Latency"
  dimensions          = { Path = "/", Host = "a" }
  extended_statistic  = "p99"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0.5
  period              = 300
  evaluation_periods  = 3
  datapoints_to_alarm = 2
}

output "topic" {
  value = aws_sns_topic.ops.arn
}

output "alarm" {
  value = aws_cloudwatch_metric_alarm.errors.arn
}
