# All endpoints, with one group and one policy for those that have interfaces.

data "aws_vpc_endpoint_service" "this" {
  for_each     = setunion(local.gateway_endpoints, local.interface_endpoints)
  service      = each.value
  service_type = contains(local.gateway_endpoints, each.value) ? "Gateway" : "Interface"
}

data "aws_caller_identity" "current" {}

data "aws_iam_policy_document" "own_account" {
  statement {
    effect    = "Allow"
    actions   = ["*"]
    resources = ["*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:PrincipalAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }
  }
}

data "aws_iam_policy_document" "kms" {
  source_policy_documents = [data.aws_iam_policy_document.own_account.json]

  dynamic "statement" {
    for_each = var.stage == "first" ? [] : ["second"]
    content {
      effect    = "Deny"
      actions   = ["kms:ScheduleKeyDeletion"]
      resources = ["*"]
      principals {
        type        = "*"
        identifiers = ["*"]
      }
    }
  }
}

resource "aws_security_group" "endpoints" {
  name_prefix = "${local.name}-endpoints-"
  description = "TLS from the VPC"
  vpc_id      = aws_vpc.this.id
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "endpoints" {
  for_each          = toset(concat([local.block], local.more_blocks))
  security_group_id = aws_security_group.endpoints.id
  description       = "TLS from ${each.value}"
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_endpoint" "gateway" {
  for_each          = local.gateway_endpoints
  vpc_id            = aws_vpc.this.id
  service_name      = data.aws_vpc_endpoint_service.this[each.value].service_name
  vpc_endpoint_type = "Gateway"
  route_table_ids   = flatten([aws_route_table.private[*].id, aws_route_table.public.id, aws_route_table.database.id])
  tags              = { Name = each.value }
}

resource "aws_vpc_endpoint" "interface" {
  for_each            = local.interface_endpoints
  vpc_id              = aws_vpc.this.id
  service_name        = data.aws_vpc_endpoint_service.this[each.value].service_name
  vpc_endpoint_type   = "Interface"
  subnet_ids          = [for zone in local.zones : aws_subnet.this["private-${zone}"].id]
  security_group_ids  = [aws_security_group.endpoints.id]
  policy              = each.value == "kms" ? data.aws_iam_policy_document.kms.json : data.aws_iam_policy_document.own_account.json
  private_dns_enabled = true
  tags                = { Name = each.value }
}
