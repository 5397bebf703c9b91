output "instance_id" {
  value = aws_instance.app.id
}

output "route_table_id" {
  value = aws_route_table.private.id
}

output "security_group_id" {
  value = aws_security_group.instance.id
}

output "endpoint_id" {
  value = one(module.s3_gateway[*].endpoint_id)
}
