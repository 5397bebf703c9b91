# S3 by Terraform: a bucket with each of its settings, and objects.

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
  default = "first"
}

locals {
  first = var.stage == "first"
}

resource "aws_s3_bucket" "main" {
  bucket        = "conformance-main"
  force_destroy = true
  tags          = { Stage = var.stage }
}

resource "aws_s3_bucket" "bare" {
  bucket_prefix = "conformance-bare-"
}

resource "aws_s3_bucket_policy" "main" {
  bucket = aws_s3_bucket.main.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = var.stage
      Effect    = "Deny"
      Principal = "*"
      Action    = ["s3:DeleteBucketPolicy", "s3:PutBucketWebsite"]
      Resource  = [aws_s3_bucket.main.arn]
      Condition = { StringEquals = { "aws:SourceVpce" = "vpce-0123456789abcdef0" } }
    }]
  })
  depends_on = [aws_s3_bucket_public_access_block.main]
}

resource "aws_s3_bucket_versioning" "main" {
  bucket = aws_s3_bucket.main.id
  versioning_configuration {
    status = local.first ? "Enabled" : "Suspended"
  }
}

resource "aws_s3_bucket_public_access_block" "main" {
  bucket                  = aws_s3_bucket.main.id
  block_public_acls       = true
  block_public_policy     = local.first
  ignore_public_acls      = true
  restrict_public_buckets = local.first
}

resource "aws_s3_bucket_server_side_encryption_configuration" "main" {
  bucket = aws_s3_bucket.main.id
  rule {
    bucket_key_enabled = local.first
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_ownership_controls" "main" {
  bucket = aws_s3_bucket.main.id
  rule {
    object_ownership = local.first ? "BucketOwnerPreferred" : "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_cors_configuration" "main" {
  bucket = aws_s3_bucket.main.id
  cors_rule {
    id              = "site"
    allowed_headers = ["*"]
    allowed_methods = ["GET", "PUT"]
    allowed_origins = ["https://example.com", "https://www.example.com"]
    expose_headers  = ["ETag"]
    max_age_seconds = local.first ? 300 : 600
  }
  cors_rule {
    allowed_methods = ["HEAD"]
    allowed_origins = ["*"]
  }
}

resource "aws_s3_bucket_website_configuration" "main" {
  bucket = aws_s3_bucket.main.id
  index_document {
    suffix = "index.html"
  }
  error_document {
    key = "${var.stage}.html"
  }
}

resource "aws_s3_bucket_logging" "main" {
  bucket        = aws_s3_bucket.main.id
  target_bucket = aws_s3_bucket.bare.id
  target_prefix = "${var.stage}/"
}

resource "aws_s3_bucket_request_payment_configuration" "main" {
  bucket = aws_s3_bucket.main.id
  payer  = local.first ? "BucketOwner" : "Requester"
}

resource "aws_s3_bucket_accelerate_configuration" "main" {
  bucket = aws_s3_bucket.main.id
  status = local.first ? "Enabled" : "Suspended"
}

resource "aws_s3_bucket_acl" "main" {
  count      = local.first ? 1 : 0
  bucket     = aws_s3_bucket.main.id
  acl        = "private"
  depends_on = [aws_s3_bucket_ownership_controls.main]
}

resource "aws_s3_object" "text" {
  bucket        = aws_s3_bucket.main.id
  key           = "docs/read me.txt"
  content       = "content of ${var.stage}"
  content_type  = "text/plain"
  cache_control = "max-age=60"
  metadata      = { stage = var.stage }
  tags          = { Stage = var.stage, "With space" = "a&b" }
  depends_on    = [aws_s3_bucket_versioning.main]
}

resource "aws_s3_object" "file" {
  bucket                 = aws_s3_bucket.bare.id
  key                    = "main.tf"
  source                 = "${path.module}/main.tf"
  etag                   = filemd5("${path.module}/main.tf")
  server_side_encryption = "AES256"
  storage_class          = local.first ? "STANDARD" : "STANDARD_IA"
}

resource "aws_s3_object_copy" "file" {
  bucket = aws_s3_bucket.bare.id
  key    = "copy.tf"
  source = "${aws_s3_bucket.bare.id}/${aws_s3_object.file.key}"
}

data "aws_s3_bucket" "main" {
  bucket = aws_s3_bucket.main.id
}

data "aws_s3_object" "text" {
  bucket = aws_s3_bucket.main.id
  key    = aws_s3_object.text.key
}

data "aws_s3_objects" "bare" {
  bucket     = aws_s3_bucket.bare.id
  depends_on = [aws_s3_object_copy.file]
}

data "aws_s3_bucket_policy" "main" {
  bucket     = aws_s3_bucket.main.id
  depends_on = [aws_s3_bucket_policy.main]
}

data "aws_canonical_user_id" "current" {}

output "region" {
  value = data.aws_s3_bucket.main.region
}

output "domain" {
  value = data.aws_s3_bucket.main.bucket_regional_domain_name
}

output "body" {
  value = data.aws_s3_object.text.body
}

output "keys" {
  value = data.aws_s3_objects.bare.keys
}

output "sid" {
  value = jsondecode(data.aws_s3_bucket_policy.main.policy).Statement[0].Sid
}

output "canonical_id_length" {
  value = length(data.aws_canonical_user_id.current.id)
}
