# The peer of 'bench posteriors stan': two posteriors by rstan with its defaults, four chains one after the other.
suppressMessages({
  library(rstan)
  library(posterior)
})
rstan_options(boost_lib = "/usr/include")
source(commandArgs(trailingOnly = TRUE)[1])
models <- list(
  kidscore_interaction = list(
    data = list(N = length(y), y = y, h = h, q = q),
    code = "data { int N; vector[N] y; vector[N] h; vector[N] q; }
      parameters { vector[4] b; real<lower=0> sigma; }
      model { sigma ~ cauchy(0, 2.5); y ~ normal(b[1] + b[2] * h + b[3] * q + b[4] * (h .* q), sigma); }"),
  arK = list(
    data = list(K = lags, T = length(series), y = series),
    code = "data { int K; int T; vector[T] y; }
      parameters { real alpha; vector[K] beta; real<lower=0> sigma; }
      model {
        alpha ~ normal(0, 10); beta ~ normal(0, 10); sigma ~ cauchy(0, 2.5);
        for (t in (K + 1):T) {
          real mu = alpha;
          for (k in 1:K) mu += beta[k] * y[t - k];
          y[t] ~ normal(mu, sigma);
        }
      }"))
processor <- function(times) sum(times[c(1, 2, 4, 5)])
for (name in names(models)) {
  model <- models[[name]]
  start <- proc.time()
  compiled <- stan_model(model_code = model$code)
  taken <- proc.time() - start
  cat(sprintf("| rstan, %s, compiling | | %.1f CPU s, %.1f s | |\n", name, processor(taken), taken[3]))
  for (seed in 1:3) {
    start <- proc.time()
    fit <- sampling(compiled, data = model$data, chains = 4, seed = seed, refresh = 0, cores = 1)
    seconds <- processor(proc.time() - start)
    summary <- summarise_draws(as_draws_array(fit), "ess_bulk")
    effective <- min(summary$ess_bulk[summary$variable != "lp__"])
    gradients <- sum(sapply(get_sampler_params(fit), function(each) sum(each[, "n_leapfrog__"])))
    cat(sprintf("| rstan, %s | %d | %.0f, %.2f, %.0f | %.0f |\n", name, seed, effective, seconds,
      effective / seconds, 1000 * effective / gradients))
  }
}
