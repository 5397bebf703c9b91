# A bucket's lifecycle, apart: the provider looks for 50 seconds whether it stays as it was put.

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

resource "aws_s3_bucket" "main" {
  bucket = "conformance-lifecycle"
}

resource "aws_s3_bucket_lifecycle_configuration" "main" {
  bucket = aws_s3_bucket.main.id

  rule {
    id     = "logs"
    status = "Enabled"
    filter {
      prefix = "logs/"
    }
    expiration {
      days = 30
    }
    noncurrent_version_expiration {
      noncurrent_days = 10
    }
  }

  rule {
    id     = "tagged"
    status = "Disabled"
    filter {
      and {
        prefix                   = "tmp/"
        object_size_greater_than = 1024
        tags                     = { Keep = "no", Stage = "first" }
      }
    }
    transition {
      days          = 90
      storage_class = "GLACIER"
    }
    abort_incomplete_multipart_upload {
      days_after_initiation = 3
    }
  }
}
