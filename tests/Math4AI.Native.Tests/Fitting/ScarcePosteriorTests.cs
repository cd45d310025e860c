using Math4AI.Fitting;
using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Models;
using Math4AI.Fitting.Posteriors;
using Math4AI.Probability.Sampling;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Fitting;

/// <summary>Posteriors of fewer samples than parameters, and of numbers that a likelihood cannot give.</summary>
public sealed class ScarcePosteriorTests
{
    private static readonly Matrix<double> Inputs = Matrix<double>.Build.Dense(3, 1, (i, _) => i);
    private static readonly Vector<double> Observed = Vector<double>.Build.Dense([1.0, 2.2, 2.9]);

    private static readonly Dictionary<string, Prior> Coefficients = new()
    {
        ["a"] = Prior.Normal(0.0, 3.0),
        ["b"] = Prior.Normal(0.0, 2.0),
        ["c"] = Prior.Normal(0.0, 1.0),
        ["d"] = Prior.Normal(0.0, 1.0),
    };

    [Fact]
    public void Proper_priors_of_more_parameters_than_samples_have_the_posterior_of_the_closed_form()
    {
        FitProblem problem = Cubic() with { Priors = Coefficients };
        FitResult fit = problem.Fit();
        FitPosterior posterior = FitPosterior.Sample(
            fit, new Dictionary<string, Prior> { ["sigma"] = Prior.Parse("lognormal(-1, 0.5)") });
        (double[] means, double sigma) = Expected();
        IReadOnlyList<ParameterSummary> found = posterior.Draws.Summary();
        Assert.True(posterior.Draws.ChainsAgree, string.Join(' ', posterior.Notes));
        for (int j = 0; j < means.Length; j++)
        {
            Assert.Equal(means[j], found[j].Mean, 4.0 * found[j].MonteCarloError);
        }

        Assert.Equal(sigma, found[^1].Mean, 4.0 * found[^1].MonteCarloError);
    }

    [Fact]
    public void A_parameter_without_a_prior_is_named_where_there_are_more_parameters_than_samples()
    {
        Dictionary<string, Prior> some = Coefficients.Where(pair => pair.Key != "c").ToDictionary();
        FitResult fit = (Cubic() with { Priors = some }).Fit();
        string message = Assert.Throws<InvalidOperationException>(() => FitPosterior.Sample(
            fit, new Dictionary<string, Prior> { ["sigma"] = Prior.Parse("half_normal(1)") })).Message;
        Assert.Contains("c has no prior", message, StringComparison.Ordinal);
    }

    [Fact]
    public void As_many_parameters_as_samples_are_sampled_too()
    {
        Dictionary<string, Prior> three = Coefficients.Where(pair => pair.Key != "d").ToDictionary();
        FitResult fit = (Cubic() with { Model = Model.FromFormula("a + b*x + c*x^2", "x") }).Fit();
        three["sigma"] = Prior.Parse("lognormal(-1, 0.5)");
        Assert.True(FitPosterior.Sample(fit, three).Draws.ChainsAgree);
    }

    [Theory]
    [InlineData("poisson", 2, 1.5, "no count")]
    [InlineData("logistic", 1, 0.4, "neither 0 nor 1")]
    public void Numbers_that_a_likelihood_cannot_give_are_refused_with_their_sample(
        string distance, int sample, double value, string message)
    {
        double[] y = [0, 1, 1, 0, 1, 0, 1, 1];
        y[sample] = value;
        FitProblem problem = new()
        {
            Model = Model.FromFormula("a + b*x", "x"),
            Inputs = Matrix<double>.Build.Dense(y.Length, 1, (i, _) => 0.1 * i),
            Targets = Vector<double>.Build.Dense(y),
            Distance = Distance.Parse(distance),
        };
        FitResult fit = problem.Fit();
        string start = $"Sample {sample + 1}: ";
        Assert.Contains(fit.Warnings, warning => warning.StartsWith(start, StringComparison.Ordinal)
            && warning.Contains(message, StringComparison.Ordinal));
        Assert.StartsWith(
            start, Assert.Throws<ArgumentException>(() => FitPosterior.Sample(fit)).Message, StringComparison.Ordinal);

        // Means of as many observations as their weights say are sums of whole ones.
        FitResult means = (problem with { Weights = Vector<double>.Build.Dense(y.Length, 10.0) }).Fit();
        Assert.DoesNotContain(means.Warnings, warning => warning.Contains(message, StringComparison.Ordinal));
        Assert.NotNull(FitPosterior.LogDensityOf(means));
    }

    [Fact]
    public void Noise_that_too_few_samples_of_a_function_leave_open_is_refused_by_its_name()
    {
        // The same line as a formula and as a function of tensors.
        foreach (Model model in new[]
        {
            Model.FromFormula("a + b*x", "x"), Model.Of(["x"], ["a", "b"], (x, p) => p["a"] + p["b"] * x["x"]),
        })
        {
            FitResult fit = (Cubic() with { Model = model }).Fit(new Dictionary<string, double>
            {
                ["a"] = 1.0,
                ["b"] = 1.0,
            });
            string message = Assert.Throws<InvalidOperationException>(() => FitPosterior.Laplace(fit)).Message;
            Assert.Contains("'sigma' a prior", message, StringComparison.Ordinal);
        }
    }

    private static FitProblem Cubic() => new()
    {
        Model = Model.FromFormula("a + b*x + c*x^2 + d*x^3", "x"),
        Inputs = Inputs,
        Targets = Observed,
    };

    /// <summary>Means over a fine grid of log σ, of which y and the coefficients are normal.</summary>
    private static (double[] Means, double Sigma) Expected()
    {
        Matrix<double> powers = Matrix<double>.Build.Dense(3, 4, (i, j) => Math.Pow(Inputs[i, 0], j));
        Matrix<double> prior = Matrix<double>.Build.DenseOfDiagonalArray([9.0, 4.0, 1.0, 1.0]);
        Matrix<double> across = prior * powers.Transpose();
        double[] means = new double[4];
        double sigma = 0.0, all = 0.0;
        for (double log = -5.0; log <= 3.0; log += 0.01)
        {
            double s = Math.Exp(log), z = (log + 1.0) / 0.5;
            Matrix<double> covariance = powers * across + s * s * Matrix<double>.Build.DenseIdentity(3);
            Vector<double> pull = covariance.Solve(Observed);
            double weight = Math.Exp(-0.5 * Observed * pull - 0.5 * z * z) / Math.Sqrt(covariance.Determinant());
            Vector<double> mean = across * pull;
            means = [.. means.Zip(mean, (sum, each) => sum + weight * each)];
            (sigma, all) = (sigma + weight * s, all + weight);
        }

        return ([.. means.Select(sum => sum / all)], sigma / all);
    }
}
