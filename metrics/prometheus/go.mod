module github.com/gopoe/poe/metrics/prometheus

go 1.26.0

require (
	github.com/gopoe/poe v0.0.0
	github.com/prometheus/client_golang v1.23.2
	github.com/prometheus/common v0.66.1
	github.com/stretchr/testify v1.12.1
)

replace github.com/gopoe/poe => ../..
