# DNS Firewall.

resource "aws_route53_resolver_firewall_domain_list" "bad" {
  name    = "bad"
  domains = var.second ? ["bad.example.", "*.worse.example."] : ["bad.example."]
  tags    = { Name = var.second ? "second" : "first" }
}

resource "aws_route53_resolver_firewall_domain_list" "good" {
  name    = "good"
  domains = ["*.good.example."]
}

resource "aws_route53_resolver_firewall_rule_group" "main" {
  name = "main"
  tags = { Name = "main" }
}

resource "aws_route53_resolver_firewall_rule" "bad" {
  name                    = "bad"
  action                  = "BLOCK"
  block_response          = var.second ? "NXDOMAIN" : "OVERRIDE"
  block_override_dns_type = var.second ? null : "CNAME"
  block_override_domain   = var.second ? null : "safe.example"
  block_override_ttl      = var.second ? null : 30
  firewall_domain_list_id = aws_route53_resolver_firewall_domain_list.bad.id
  firewall_rule_group_id  = aws_route53_resolver_firewall_rule_group.main.id
  priority                = 100
}

resource "aws_route53_resolver_firewall_rule" "good" {
  name                               = "good"
  action                             = "ALLOW"
  firewall_domain_redirection_action = "TRUST_REDIRECTION_DOMAIN"
  firewall_domain_list_id            = aws_route53_resolver_firewall_domain_list.good.id
  firewall_rule_group_id             = aws_route53_resolver_firewall_rule_group.main.id
  priority                           = var.second ? 50 : 150
}

resource "aws_route53_resolver_firewall_rule_group_association" "main" {
  name                   = var.second ? "second" : "first"
  firewall_rule_group_id = aws_route53_resolver_firewall_rule_group.main.id
  vpc_id                 = aws_vpc.main.id
  priority               = var.second ? 300 : 200
  tags                   = { Name = "main" }
}

resource "aws_route53_resolver_firewall_config" "main" {
  resource_id        = aws_vpc.main.id
  firewall_fail_open = var.second ? "DISABLED" : "ENABLED"
}

# What the VPC's resolver does by itself.

resource "aws_route53_resolver_config" "main" {
  resource_id              = aws_vpc.main.id
  autodefined_reverse_flag = var.second ? "ENABLE" : "DISABLE"
}

resource "aws_route53_resolver_dnssec_config" "main" {
  resource_id = aws_vpc.main.id
}
