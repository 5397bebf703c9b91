output "instance_id" {
  value = aws_instance.private.id
}

output "vpc_id" {
  value = aws_vpc.lab.id
}

output "subnet_id" {
  value = aws_subnet.private.id
}

output "route_table_id" {
  value = aws_route_table.private.id
}

output "endpoint_security_group_id" {
  value = aws_security_group.endpoints.id
}
