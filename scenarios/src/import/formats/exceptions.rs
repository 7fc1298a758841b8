//! Exceptions of Java, and the classes of failure that they are here.

use patterns::Class::{self, Validation};
use patterns::Class::{BreakerOpen, BulkheadFull, Network, Overload, RateLimit, Rejected, Timeout};

use crate::import::classes::Names;

/// As the JDK, Spring (`org.springframework.web.client`), Feign and resilience4j raise them.
pub(super) static EXCEPTIONS: Names = Names {
    all: &[
        // A time that runs out at a socket is one, too (`SocketTimeoutException`); the timeouts
        // here are those of a layer, and what a `TimeLimiter` throws is none.
        ("java.io.IOException", &[Network]),
        ("java.util.concurrent.TimeoutException", &[Timeout]),
        ("org.springframework.web.client.HttpClientErrorException.TooManyRequests", &[RateLimit]),
        ("org.springframework.web.client.HttpServerErrorException", &[Overload]),
        ("java.lang.IllegalArgumentException", &[Validation]),
        ("io.github.resilience4j.circuitbreaker.CallNotPermittedException", &[BreakerOpen]),
        ("io.github.resilience4j.bulkhead.BulkheadFullException", &[BulkheadFull]),
        ("io.github.resilience4j.ratelimiter.RequestNotPermitted", &[Rejected]),
        ("java.lang.Exception", &Class::ALL),
        ("java.lang.Throwable", &Class::ALL),
        // What a `TimeLimiter` throws is checked, and none of these.
        (
            "java.lang.RuntimeException",
            &[Network, RateLimit, Overload, Validation, BreakerOpen, BulkheadFull, Rejected],
        ),
        ("java.net.ConnectException", &[Network]),
        ("org.springframework.web.client.ResourceAccessException", &[Network, Timeout]),
        ("feign.RetryableException", &[Network, Timeout]),
        ("java.net.SocketException", &[Network]),
        ("java.net.UnknownHostException", &[Network]),
        ("java.net.NoRouteToHostException", &[Network]),
        ("java.net.SocketTimeoutException", &[Timeout]),
        ("java.net.http.HttpTimeoutException", &[Timeout]),
        ("java.net.http.HttpConnectTimeoutException", &[Network]),
        ("io.netty.handler.timeout.ReadTimeoutException", &[Timeout]),
        ("HttpServerErrorException.ServiceUnavailable", &[Overload]),
        ("HttpServerErrorException.InternalServerError", &[Overload]),
        ("HttpServerErrorException.BadGateway", &[Overload]),
        ("HttpServerErrorException.GatewayTimeout", &[Timeout]),
        ("feign.FeignException.ServiceUnavailable", &[Overload]),
        ("feign.FeignException.InternalServerError", &[Overload]),
        ("feign.FeignException.FeignServerException", &[Overload]),
        ("feign.FeignException.TooManyRequests", &[RateLimit]),
        ("feign.FeignException.BadRequest", &[Validation]),
        ("HttpClientErrorException.BadRequest", &[Validation]),
        ("HttpClientErrorException.UnprocessableEntity", &[Validation]),
        ("javax.validation.ValidationException", &[Validation]),
        ("jakarta.validation.ValidationException", &[Validation]),
        ("org.springframework.web.client.HttpClientErrorException", &[RateLimit, Validation]),
    ],
    written: 9,
    classless: &[],
    is_all: false,
    in_one_text: false,
    dotted: true,
};
