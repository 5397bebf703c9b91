# IAM and STS: each resource with what Terraform reads back of it, and a second account reached by assume_role.

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

  default_tags {
    tags = { Lab = "identity" }
  }
}

# The other account, whose role the test made before.
provider "aws" {
  alias  = "partner"
  region = "eu-west-1"

  assume_role {
    role_arn     = "arn:aws:iam::210987654321:role/deploy/operator"
    session_name = "conformance"
    external_id  = "lab"
    duration     = "15m"
    tags         = { Team = "network" }
    policy = jsonencode({
      Version   = "2012-10-17"
      Statement = [{ Effect = "Allow", Action = ["ec2:*", "sts:*"], Resource = "*" }]
    })
  }
}

variable "description" {
  default = "first"
}

variable "action" {
  default = "s3:GetObject"
}

variable "with_boundary" {
  default = true
}

locals {
  account = data.aws_caller_identity.current.account_id
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

data "aws_regions" "all" {}

data "aws_availability_zones" "available" {
  state = "available"
}

data "aws_availability_zone" "a" {
  name = "us-east-1a"
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
    principals {
      type        = "AWS"
      identifiers = [local.account]
    }
  }
}

data "aws_iam_policy_document" "read" {
  statement {
    sid       = "Read"
    actions   = [var.action, "s3:ListBucket"]
    resources = ["arn:aws:s3:::data", "arn:aws:s3:::data/*"]
    condition {
      test     = "StringEquals"
      variable = "aws:ResourceAccount"
      values   = [local.account]
    }
  }
}

resource "aws_iam_policy" "boundary" {
  name = "boundary"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }]
  })
}

resource "aws_iam_policy" "read" {
  name        = "read"
  path        = "/lab/"
  description = "reads the bucket"
  policy      = data.aws_iam_policy_document.read.json
  tags        = { Description = var.description }
}

resource "aws_iam_role" "app" {
  name                  = "app"
  path                  = "/lab/"
  description           = var.description
  max_session_duration  = 7200
  force_detach_policies = true
  assume_role_policy    = data.aws_iam_policy_document.trust.json
  permissions_boundary  = var.with_boundary ? aws_iam_policy.boundary.arn : null
  tags                  = { Description = var.description }
}

resource "aws_iam_role" "inline" {
  name_prefix        = "inline-"
  assume_role_policy = data.aws_iam_policy_document.trust.json
  managed_policy_arns = [
    "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore",
    aws_iam_policy.read.arn,
  ]

  inline_policy {
    name   = "one"
    policy = data.aws_iam_policy_document.read.json
  }

  inline_policy {
    name = "two"
    policy = jsonencode({
      Version   = "2012-10-17"
      Statement = [{ Effect = "Deny", Action = "s3:DeleteBucket", Resource = "*" }]
    })
  }
}

resource "aws_iam_role_policy" "app" {
  name   = "read"
  role   = aws_iam_role.app.id
  policy = data.aws_iam_policy_document.read.json
}

resource "aws_iam_role_policy_attachment" "app" {
  role       = aws_iam_role.app.name
  policy_arn = data.aws_iam_policy.core.arn
}

resource "aws_iam_virtual_mfa_device" "phone" {
  virtual_mfa_device_name = "phone"
  path                    = "/people/"
  tags                    = { team = "blue" }
}

resource "aws_iam_user" "ann" {
  name                 = "ann"
  path                 = "/people/"
  force_destroy        = true
  permissions_boundary = var.with_boundary ? aws_iam_policy.boundary.arn : null
  tags                 = { Description = var.description }
}

resource "aws_iam_group" "readers" {
  name = "readers"
  path = var.with_boundary ? "/lab/" : "/moved/"
}

resource "aws_iam_group" "writers" {
  name = "writers"
}

resource "aws_iam_group_membership" "readers" {
  name  = "readers"
  group = aws_iam_group.readers.name
  users = [aws_iam_user.ann.name]
}

resource "aws_iam_user_group_membership" "ann" {
  user   = aws_iam_user.ann.name
  groups = [aws_iam_group.writers.name]
}

resource "aws_iam_group_policy" "readers" {
  name   = "read"
  group  = aws_iam_group.readers.name
  policy = data.aws_iam_policy_document.read.json
}

resource "aws_iam_group_policy_attachment" "readers" {
  group      = aws_iam_group.readers.name
  policy_arn = aws_iam_policy.read.arn
}

resource "aws_iam_service_linked_role" "scaling" {
  aws_service_name = "autoscaling.amazonaws.com"
  custom_suffix    = "lab"
  description      = var.description
}

resource "aws_iam_account_alias" "lab" {
  account_alias = "postern-lab"
}

resource "aws_iam_access_key" "ann" {
  user   = aws_iam_user.ann.name
  status = var.description == "first" ? "Active" : "Inactive"
}

resource "aws_iam_user_policy" "ann" {
  name   = "read"
  user   = aws_iam_user.ann.name
  policy = data.aws_iam_policy_document.read.json
}

resource "aws_iam_user_policy_attachment" "ann" {
  user       = aws_iam_user.ann.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
}

resource "aws_iam_policy" "shared" {
  name_prefix = "shared-"
  policy      = data.aws_iam_policy_document.read.json
}

resource "aws_iam_policy_attachment" "shared" {
  name       = "shared"
  roles      = [aws_iam_role.app.name]
  users      = [aws_iam_user.ann.name]
  groups     = [aws_iam_group.writers.name]
  policy_arn = aws_iam_policy.shared.arn
}

resource "aws_iam_instance_profile" "app" {
  name = "app"
  path = "/lab/"
  role = aws_iam_role.app.name
  tags = { Description = var.description }
}

data "aws_iam_policy" "core" {
  name = "AmazonSSMManagedInstanceCore"
}

data "aws_iam_policy" "read" {
  arn        = aws_iam_policy.read.arn
  depends_on = [aws_iam_policy.read]
}

data "aws_iam_role" "app" {
  name = aws_iam_role.app.name
}

data "aws_iam_user" "ann" {
  user_name = aws_iam_user.ann.name
}

data "aws_iam_group" "readers" {
  group_name = aws_iam_group_membership.readers.group
}

data "aws_iam_principal_policy_simulation" "ann" {
  policy_source_arn = aws_iam_user.ann.arn
  action_names      = ["s3:GetObject", "s3:ListBucket"]
  resource_arns     = ["arn:aws:s3:::data"]

  context {
    key    = "aws:SourceVpce"
    type   = "string"
    values = ["vpce-1"]
  }

  depends_on = [aws_iam_user_policy_attachment.ann]
}

data "aws_iam_instance_profile" "app" {
  name = aws_iam_instance_profile.app.name
}

# In the partner's account, by the role.
data "aws_caller_identity" "partner" {
  provider = aws.partner
}

resource "aws_vpc" "partner" {
  provider   = aws.partner
  cidr_block = "10.9.0.0/16"
  tags       = { Name = var.description }
}

output "partner" {
  value = data.aws_caller_identity.partner.arn
}

output "partner_owner" {
  value = aws_vpc.partner.owner_id
}

output "partner_region" {
  value = split(":", aws_vpc.partner.arn)[3]
}

output "current" {
  value = data.aws_caller_identity.current.arn
}

output "region" {
  value = data.aws_region.current.name
}

output "regions" {
  value = contains(data.aws_regions.all.names, "eu-west-1")
}

output "zones" {
  value = data.aws_availability_zones.available.names
}

output "zone_suffix" {
  value = data.aws_availability_zone.a.name_suffix
}

output "role" {
  value = data.aws_iam_role.app.arn
}

output "profile_role" {
  value = data.aws_iam_instance_profile.app.role_name
}

output "mfa" {
  value = aws_iam_virtual_mfa_device.phone.arn
}

output "user" {
  value = data.aws_iam_user.ann.arn
}

output "simulated" {
  value = [for result in data.aws_iam_principal_policy_simulation.ann.results : "${result.action_name} ${result.decision}"]
}

output "group_users" {
  value = [for user in data.aws_iam_group.readers.users : user.user_name]
}

output "policy_name" {
  value = data.aws_iam_policy.read.name
}

output "access_key" {
  value     = { id = aws_iam_access_key.ann.id, secret = aws_iam_access_key.ann.secret }
  sensitive = true
}
