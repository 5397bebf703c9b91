variable "description" {
  description = "A text that is changed in place by a second apply."
  type        = string
  default     = "first"
}

output "account_id" {
  value = data.aws_caller_identity.me.account_id
}

output "default_subnets" {
  value = length(data.aws_subnets.default.ids)
}

output "s3_prefix_list_id" {
  value = aws_vpc_endpoint.s3.prefix_list_id
}

output "s3_endpoint_tables" {
  value = [for table in data.aws_vpc_endpoint.s3.route_table_ids : table == aws_route_table.private.id]
}

output "public_table_matches" {
  value = data.aws_route_table.public.id == aws_route_table.public.id
}

output "available_addresses" {
  value = data.aws_subnet.private.available_ip_address_count
}

output "dynamodb_entries" {
  value = length(data.aws_ec2_managed_prefix_list.dynamodb.entries)
}
