# Topics, subscriptions and queues by the provider; `stage` changes what can change in place. The provider waits 25 s for
# each queue and each policy of one, so there are few.

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

resource "aws_sns_topic" "connections" {
  name         = "connections"
  display_name = var.stage
  tags         = { Stage = var.stage }
}

data "aws_iam_policy_document" "connections" {
  statement {
    actions   = ["SNS:Publish"]
    resources = [aws_sns_topic.connections.arn]
    principals {
      type        = "Service"
      identifiers = ["vpce.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = var.stage == "first" ? ["123456789012"] : ["123456789012", "999988887777"]
    }
  }
}

resource "aws_sns_topic_policy" "connections" {
  arn    = aws_sns_topic.connections.arn
  policy = data.aws_iam_policy_document.connections.json
}

resource "aws_sqs_queue" "dead" {
  name                      = "dead.fifo"
  fifo_queue                = true
  message_retention_seconds = 1209600
}

resource "aws_sqs_queue" "ordered" {
  name                        = "ordered.fifo"
  fifo_queue                  = true
  content_based_deduplication = true
  deduplication_scope         = "messageGroup"
  fifo_throughput_limit       = "perMessageGroupId"
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead.arn
    maxReceiveCount     = var.stage == "first" ? 3 : 4
  })
}

resource "aws_sqs_queue" "inbox" {
  name                       = "inbox"
  delay_seconds              = var.stage == "first" ? 0 : 1
  visibility_timeout_seconds = 60
  receive_wait_time_seconds  = 20
  tags                       = { Stage = var.stage }
}

data "aws_iam_policy_document" "inbox" {
  statement {
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.inbox.arn]
    principals {
      type        = "Service"
      identifiers = ["sns.amazonaws.com"]
    }
    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [aws_sns_topic.connections.arn]
    }
  }
}

resource "aws_sqs_queue_policy" "inbox" {
  queue_url = aws_sqs_queue.inbox.id
  policy    = data.aws_iam_policy_document.inbox.json
}

resource "aws_sns_topic_subscription" "inbox" {
  topic_arn            = aws_sns_topic.connections.arn
  protocol             = "sqs"
  endpoint             = aws_sqs_queue.inbox.arn
  raw_message_delivery = var.stage == "first"
  filter_policy        = jsonencode({ level = [{ numeric = [">", var.stage == "first" ? 5 : 6] }] })
}

data "aws_sns_topic" "connections" {
  name       = "connections"
  depends_on = [aws_sns_topic.connections]
}

data "aws_sqs_queue" "inbox" {
  name       = "inbox"
  depends_on = [aws_sqs_queue.inbox]
}

output "found" {
  value = [
    data.aws_sns_topic.connections.arn == aws_sns_topic.connections.arn,
    data.aws_sqs_queue.inbox.url == aws_sqs_queue.inbox.url,
  ]
}

output "queue_url" {
  value = aws_sqs_queue.inbox.url
}
