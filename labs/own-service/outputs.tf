output "instance_a" {
  value = aws_instance.a.id
}

output "instances_b" {
  value = { for zone, instance in aws_instance.b : zone => instance.id }
}

output "service_name" {
  value = module.service.service_name
}

output "service_id" {
  value = module.service.service_id
}

output "load_balancer_arn" {
  value = module.service.load_balancer_arn
}

output "target_group_arn" {
  value = module.service.target_group_arn
}

output "endpoint_id" {
  value = one(module.endpoint[*].id)
}

output "endpoint_name" {
  value = one(module.endpoint[*].dns_entry)
}
