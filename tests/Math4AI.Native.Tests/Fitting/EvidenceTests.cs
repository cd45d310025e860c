using Math4AI.Fitting;
using Math4AI.Fitting.Models;
using Math4AI.Fitting.Formulas;
using Math4AI.Fitting.Posteriors;
using Math4AI.Probability;
using Math4AI.Probability.Evidence;
using Math4AI.Probability.Sampling;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Tests.Fitting;

/// <summary>Evidence of linear models in closed form, and Laplace's approximation.</summary>
public sealed class EvidenceTests
{
    private const double Noise = 0.7;
    private const double Spread = 2.0;
    private const int Samples = 25;

    private static readonly Dictionary<string, Prior> Normals = new()
    {
        ["a"] = Prior.Normal(0.0, Spread),
        ["b"] = Prior.Normal(0.0, Spread),
    };

    /// <summary>y = a + b x with known noise, and log N(y; 0, σ² I + τ² X Xᵀ).</summary>
    private static (FitProblem Problem, double LogEvidence) Line(int seed)
    {
        var random = new MersenneTwister(seed);
        Matrix<double> x = Matrix<double>.Build.Dense(Samples, 1, (_, _) => Normal.Sample(random, 0.0, 1.0));
        Vector<double> y = x.Column(0).Map(v => 1.0 - 0.5 * v + Normal.Sample(random, 0.0, Noise));
        Matrix<double> design = Matrix<double>.Build.Dense(Samples, 1, 1.0).Append(x);
        Matrix<double> covariance = Noise * Noise * Matrix<double>.Build.DenseIdentity(Samples)
            + Spread * Spread * design.TransposeAndMultiply(design);
        var factors = covariance.Cholesky();
        double known = -0.5 * Samples * Math.Log(2.0 * Math.PI) - 0.5 * factors.DeterminantLn
            - 0.5 * y.DotProduct(factors.Solve(y));
        return (new FitProblem
        {
            Model = new FormulaModel(Formula.Parse("y ~ a + b*x"), ["x"]),
            Inputs = x,
            Targets = y,
            Sigma = Vector<double>.Build.Dense(Samples, Noise),
            IsSigmaAbsolute = true,
        }, known);
    }

    [Fact]
    public void Laplace_gives_the_evidence_of_a_linear_model_in_closed_form()
    {
        for (int seed = 1; seed <= 5; seed++)
        {
            (FitProblem problem, double known) = Line(seed);
            LaplacePosterior laplace = FitPosterior.Laplace(problem.Fit(), Normals);
            Assert.Equal(known, laplace.LogEvidence(), 1e-6);
            Assert.Empty(laplace.Warnings);
        }
    }

    [Fact]
    public void The_bridge_is_within_twice_its_standard_error_in_ninety_of_a_hundred()
    {
        int held = 0;
        var errors = new List<double>();
        for (int seed = 1; seed <= 100; seed++)
        {
            (FitProblem problem, double known) = Line(seed);
            FitPosterior posterior = FitPosterior.Sample(
                problem.Fit(), Normals, new NutsSampler { Seed = seed, Draws = 500, Warmup = 500 });
            Estimate found = posterior.LogEvidence(seed);
            held += Math.Abs(found.Value - known) <= 2.0 * found.StandardError ? 1 : 0;
            errors.Add(found.StandardError);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{held} of 100, standard error {errors.Average():0.0000}");
        Assert.True(held >= 90, $"{held} of 100");
        Assert.True(errors.Average() < 0.05);
    }

    [Fact]
    public void A_density_with_a_bound_has_the_integral_that_is_known()
    {
        // x² e^(−3x): Γ(3)/3³.
        var density = LogDensity.Of(["x"], (x, slopes) =>
        {
            slopes[0] = 2.0 / x[0] - 3.0;
            return 2.0 * Math.Log(x[0]) - 3.0 * x[0];
        }, [(0.0, double.PositiveInfinity)]);
        Estimate found = BridgeSampling.LogIntegral(density, new NutsSampler { Seed = 3 }.Sample(density));
        Assert.Equal(Math.Log(2.0 / 27.0), found.Value, 4.0 * found.StandardError);
        Assert.True(found.StandardError < 0.03);
    }

    [Fact]
    public void Laplace_agrees_with_chains_where_its_shape_is_small()
    {
        (FitProblem line, _) = Line(1);
        FitProblem problem = line with { Sigma = null, IsSigmaAbsolute = false };
        FitResult fit = problem.Fit();
        Dictionary<string, Prior> priors = new(Normals) { ["sigma"] = Prior.Parse("half_normal(2)") };
        LaplacePosterior laplace = FitPosterior.Laplace(fit, priors, draws: 40_000);
        Assert.True(laplace.Shape < 0.7);
        FitPosterior chains = FitPosterior.Sample(fit, priors);
        foreach (ParameterSummary each in chains.Draws.Summary())
        {
            Assert.Equal(each.Mean, laplace.Mean(each.Name), 0.1 * each.StandardDeviation);
            Assert.Equal(1.0, laplace.StandardDeviation(each.Name) / each.StandardDeviation, 0.1);
            Assert.Equal(each.Lower, laplace.Quantile(each.Name, 0.05), 0.15 * each.StandardDeviation);
        }

        // With the noise unknown the posterior is not normal, which the weights correct.
        Assert.Equal(chains.LogEvidence().Value, laplace.LogEvidence(), 0.02);
    }

    [Fact]
    public void Evidence_without_priors_is_refused_with_the_parameter()
    {
        (FitProblem problem, _) = Line(1);
        string flat = Assert.Throws<InvalidOperationException>(
            () => FitPosterior.Laplace(problem.Fit()).LogEvidence()).Message;
        Assert.Contains("'a' is flat without end", flat);
        Assert.Contains(
            "Without a prior, and so flat on their ranges: a, b.", FitPosterior.Laplace(problem.Fit()).Notes);
        FitProblem bounded = problem with { Bounds = new Dictionary<string, (double, double)> { ["a"] = (0.0, 9.0) } };
        string cut = Assert.Throws<InvalidOperationException>(
            () => FitPosterior.Laplace(bounded.Fit(), Normals).LogEvidence()).Message;
        Assert.Contains("leaves out a part of its prior", cut);
    }
}
