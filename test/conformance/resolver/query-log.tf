# Resolver query logs, to a log group and a bucket.

resource "aws_cloudwatch_log_group" "dns" {
  name = "/resolver/queries"
}

resource "aws_s3_bucket" "dns" {
  bucket        = "resolver-queries"
  force_destroy = true
}

resource "aws_route53_resolver_query_log_config" "main" {
  for_each        = { group = aws_cloudwatch_log_group.dns.arn, bucket = aws_s3_bucket.dns.arn }
  name            = each.key
  destination_arn = each.value
  tags            = { Name = var.second ? "second" : "first" }
}

resource "aws_route53_resolver_query_log_config_association" "main" {
  for_each                     = aws_route53_resolver_query_log_config.main
  resolver_query_log_config_id = each.value.id
  resource_id                  = aws_vpc.main.id
}
