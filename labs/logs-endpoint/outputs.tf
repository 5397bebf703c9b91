output "instance_id" {
  value = aws_instance.app.id
}

output "other_instance_id" {
  value = aws_instance.other.id
}

output "route_table_id" {
  value = aws_vpc.lab.main_route_table_id
}

output "endpoint_id" {
  value = one(module.endpoints[*].log_endpoint_id)
}

output "endpoint_name" {
  value = one(module.endpoints[*].log_dns_name)
}

output "endpoint_security_group_id" {
  value = one(module.endpoints[*].security_group_id)
}
