# An Application Load Balancer: listeners of both kinds, rules with conditions and actions of every kind, and groups.

resource "aws_lb" "application" {
  name                       = "application"
  internal                   = true
  security_groups            = [aws_security_group.balancer[var.changed ? "second" : "first"].id]
  subnets                    = [for zone in(var.changed ? ["a", "b", "c"] : ["a", "b"]) : aws_subnet.zones[zone].id]
  idle_timeout               = var.changed ? 120 : 60
  drop_invalid_header_fields = var.changed
  preserve_host_header       = var.changed
  enable_http2               = !var.changed
  xff_header_processing_mode = var.changed ? "preserve" : "append"
}

resource "aws_lb_target_group" "web" {
  for_each                      = toset(["blue", "green"])
  name                          = each.key
  port                          = 8080
  protocol                      = "HTTP"
  vpc_id                        = aws_vpc.main.id
  target_type                   = "ip"
  load_balancing_algorithm_type = var.changed ? "least_outstanding_requests" : "round_robin"

  health_check {
    path    = var.changed ? "/ready" : "/health"
    matcher = var.changed ? "200-204" : "200"
  }

  stickiness {
    type            = "lb_cookie"
    enabled         = var.changed
    cookie_duration = 3600
  }
}

resource "aws_lb_target_group_attachment" "web" {
  target_group_arn = aws_lb_target_group.web["blue"].arn
  target_id        = "10.0.2.30"
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.application.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type = "redirect"

    redirect {
      port        = "443"
      protocol    = "HTTPS"
      status_code = var.changed ? "HTTP_302" : "HTTP_301"
    }
  }
}

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.application.arn
  port              = 443
  protocol          = "HTTPS"
  certificate_arn   = aws_acm_certificate.names["one"].arn
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web["blue"].arn
  }
}

resource "aws_lb_listener_certificate" "https" {
  listener_arn    = aws_lb_listener.https.arn
  certificate_arn = aws_acm_certificate.names["two"].arn
}

resource "aws_lb_listener_rule" "weighted" {
  listener_arn = aws_lb_listener.https.arn
  priority     = var.changed ? 30 : 10

  action {
    type = "forward"

    forward {
      target_group {
        arn    = aws_lb_target_group.web["blue"].arn
        weight = var.changed ? 10 : 90
      }

      target_group {
        arn    = aws_lb_target_group.web["green"].arn
        weight = 10
      }

      stickiness {
        enabled  = true
        duration = 600
      }
    }
  }

  condition {
    path_pattern {
      values = var.changed ? ["/new/*"] : ["/static/*", "/img/*"]
    }
  }

  condition {
    host_header {
      values = ["*.example.com"]
    }
  }

  tags = {
    Purpose = var.changed ? "second" : "first"
  }
}

resource "aws_lb_listener_rule" "answer" {
  listener_arn = aws_lb_listener.https.arn

  action {
    type = "fixed-response"

    fixed_response {
      content_type = "text/plain"
      message_body = var.changed ? "later" : "no"
      status_code  = "403"
    }
  }

  condition {
    http_header {
      http_header_name = "X-Forwarded-For"
      values           = ["192.168.1.*"]
    }
  }

  condition {
    query_string {
      key   = "health"
      value = "check"
    }

    query_string {
      value = "bar"
    }
  }
}

resource "aws_lb_listener_rule" "redirect" {
  listener_arn = aws_lb_listener.https.arn
  priority     = 20

  action {
    type = "redirect"

    redirect {
      host        = "new.example.com"
      path        = "/old/#{path}"
      status_code = "HTTP_302"
    }
  }

  condition {
    http_request_method {
      values = ["GET", "HEAD"]
    }
  }

  condition {
    source_ip {
      values = ["10.0.0.0/8"]
    }
  }
}

resource "aws_lb_target_group" "chained" {
  name        = "chained"
  port        = 80
  protocol    = "TCP"
  target_type = "alb"
  vpc_id      = aws_vpc.main.id

  health_check {
    protocol = "HTTP"
    matcher  = "200-399"
  }
}

resource "aws_lb_target_group_attachment" "chained" {
  target_group_arn = aws_lb_target_group.chained.arn
  target_id        = aws_lb.application.arn
  port             = 80
  depends_on       = [aws_lb_listener.http]
}

resource "aws_lb_listener" "chained" {
  load_balancer_arn = aws_lb.main.arn
  port              = 8080
  protocol          = "TCP"

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.chained.arn
  }
}
