using System.Text.Json;
using Math4AI.Fitting;
using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Models;
using Math4AI.Fitting.Posteriors;
using Math4AI.Probability.Sampling;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Fitting;

/// <summary>Groups that learn from each other.</summary>
public sealed class HierarchyTests
{
    private static readonly Dictionary<string, Prior> Priors = new()
    {
        ["theta.mean"] = Prior.Normal(0.0, 5.0),
        ["theta.sd"] = Prior.Parse("half_cauchy(5)"),
    };

    [Fact]
    public void Eight_schools_agree_with_reference_draws_in_the_form_that_is_chosen()
    {
        HierarchicalPosterior found = HierarchicalPosterior.Sample(Schools(), ["theta"], Priors);
        Assert.False(found.IsCentered);
        Assert.True(found.Draws.ChainsAgree);
        Assert.InRange(found.Draws.Divergences, 0, found.Draws.Count / 250);
        IReadOnlyList<ParameterSummary> summary = found.Draws.Summary();
        Assert.Equal(["theta.mean", "theta.sd", "theta[A]"], summary.Take(3).Select(each => each.Name));
        PosteriorData.Agree("eight_schools-eight_schools_noncentered", [.. summary.Skip(2), .. summary.Take(2)]);
    }

    [Fact]
    public void Eight_schools_in_centered_form_diverge_and_are_told_of()
    {
        HierarchicalPosterior found = HierarchicalPosterior.Sample(Schools(), ["theta"], Priors, isCentered: true);
        Assert.True(found.IsCentered);
        Assert.True(found.Draws.Divergences > 0);
        Assert.Contains(found.Notes, note => note.Contains("divergence", StringComparison.Ordinal));
    }

    [Fact]
    public void An_improper_hierarchy_is_refused_with_its_direction()
    {
        string[] labels = [.. Enumerable.Range(0, 20).Select(i => $"h{i / 4}")];
        GroupedProblem Of(double y, Distance distance) => new()
        {
            Problem = new FitProblem
            {
                Model = Model.FromFormula("a + 0*x", "x"),
                Inputs = Matrix<double>.Build.Dense(labels.Length, 1, (i, _) => i % 4),
                Targets = Vector<double>.Build.Dense(labels.Length, y),
                Distance = distance,
            },
            Labels = labels,
        };
        var few = new NutsSampler { Draws = 20, Warmup = 20 };
        string Refused(GroupedProblem of) => Assert.Throws<InvalidOperationException>(
            () => HierarchicalPosterior.Sample(of, ["a"], sampler: few)).Message;

        // Classes of 1 alone say nothing against a mean however large.
        string mean = Refused(Of(1.0, Distance.BinaryCrossEntropy));
        Assert.Contains("improper", mean, StringComparison.Ordinal);
        Assert.Contains("as a.mean grows without end", mean, StringComparison.Ordinal);

        // Numbers that are all the same leave no noise.
        string noise = Refused(Of(3.0, Distance.Squared));
        Assert.Contains("improper", noise, StringComparison.Ordinal);
        Assert.Contains("as sigma falls to 0", noise, StringComparison.Ordinal);
    }

    [Fact]
    public void Both_forms_are_one_density_up_to_the_jacobian_with_its_exact_gradient()
    {
        // θ_g = μ + τ z_g: p(z) = p(θ) τ^G.
        var groups = new PooledGroups(Lines(), ["a"], new Dictionary<string, Prior>());
        PooledDensity own = groups.Density(isCentered: false), centered = groups.Density(isCentered: true);
        Assert.Equal(["a.mean", "a.sd", "b", "a[g1]", "a[g2]", "a[g3]", "a[g4]", "a[g5]", "sigma"], own.Names);
        double[] z = [2.5, 1.3, 1.8, -1.0, -0.4, 0.2, 0.9, 1.7, 0.4], theta = (double[])z.Clone();
        own.ToNatural(z, theta.AsSpan(2));
        double[] gradient = new double[z.Length], unused = new double[z.Length];
        double ofCentered = centered.Evaluate(theta, gradient);
        IsSlope(centered, theta, gradient);
        double ofOwn = own.Evaluate(z, gradient);
        IsSlope(own, z, gradient);
        Assert.Equal(ofOwn, ofCentered + 5.0 * Math.Log(1.3), 1e-10 * Math.Abs(ofOwn));

        void IsSlope(PooledDensity density, double[] at, double[] slopes)
        {
            for (int j = 0; j < at.Length; j++)
            {
                double[] moved = (double[])at.Clone();
                moved[j] += 1e-5;
                double ahead = density.Evaluate(moved, unused);
                moved[j] -= 2e-5;
                double slope = (ahead - density.Evaluate(moved, unused)) / 2e-5;
                Assert.Equal(slope, slopes[j], 1e-5 * (1.0 + Math.Abs(slope)));
            }
        }
    }

    [Fact]
    public void Groups_that_are_well_known_are_sampled_in_centered_form_and_found()
    {
        HierarchicalPosterior found = HierarchicalPosterior.Sample(Lines(), ["a"]);
        Assert.True(found.IsCentered);
        Assert.True(found.Draws.ChainsAgree);
        IReadOnlyList<ParameterSummary> summary = found.Draws.Summary();
        ParameterSummary slope = summary.Single(each => each.Name == "b");
        Assert.Equal(2.0, slope.Mean, 4.0 * slope.StandardDeviation);
        ParameterSummary third = summary.Single(each => each.Name == "a[g3]");
        Assert.Equal(3.0, third.Mean, 4.0 * third.StandardDeviation);
    }

    [Fact]
    public void Each_pooled_parameter_has_the_form_that_its_groups_determine()
    {
        // The slopes are alike beside their errors, and the intercepts are not.
        GroupedProblem lines = Lines() with { Shared = [] };
        HierarchicalPosterior found = HierarchicalPosterior.Sample(lines, ["a", "b"], new Dictionary<string, Prior>
        {
            ["a.sd"] = Prior.Parse("half_normal(5)"),
            ["b.sd"] = Prior.Parse("half_normal(1)"),
        }, new NutsSampler { Warmup = 300, Draws = 200 });
        Assert.Equal(["a"], found.Centered);
        Assert.False(found.IsCentered);
        ParameterSummary third = found.Draws.Summary().Single(each => each.Name == "a[g3]");
        Assert.Equal(3.0, third.Mean, 4.0 * third.StandardDeviation);

        // The density of each form is the other's, up to the Jacobian of the slopes alone.
        var groups = new PooledGroups(lines, ["a", "b"], new Dictionary<string, Prior>());
        PooledDensity mixed = groups.Density([true, false]), centered = groups.Density(isCentered: true);
        double[] at = [.. mixed.Names.Select((name, i) => name == "sigma" ? 0.4 : 0.5 + 0.1 * i)], natural = [.. at];
        mixed.ToNatural(at, natural.AsSpan(4));
        double[] slopes = new double[at.Length];
        double jacobian = 5.0 * Math.Log(at[3]), known = centered.Evaluate(natural, slopes);
        Assert.Equal(known + jacobian, mixed.Evaluate(at, slopes), 1e-10 * Math.Abs(known));
        for (int j = 0; j < at.Length; j++)
        {
            double[] moved = [.. at], unused = new double[at.Length];
            moved[j] += 1e-5;
            double ahead = mixed.Evaluate(moved, unused);
            moved[j] -= 2e-5;
            double slope = (ahead - mixed.Evaluate(moved, unused)) / 2e-5;
            Assert.Equal(slope, slopes[j], 1e-5 * (1.0 + Math.Abs(slope)));
        }
    }

    [Fact]
    public void One_sample_a_group_is_sampled_and_the_open_noise_named()
    {
        // Where sigma falls to 0 and each group takes its own sample, the density has no highest point.
        double[] y = [28.0, 8.0, -3.0, 7.0, -1.0, 1.0, 18.0, 12.0];
        var open = new GroupedProblem
        {
            Problem = new FitProblem
            {
                Model = Model.FromFormula("theta + 0*x", "x"),
                Inputs = Matrix<double>.Build.Dense(y.Length, 1, 1.0),
                Targets = Vector<double>.Build.Dense(y),
            },
            Labels = [.. y.Select((_, i) => $"{i}")],
        };
        var few = new NutsSampler { Warmup = 200, Draws = 100 };
        HierarchicalPosterior found = HierarchicalPosterior.Sample(open, ["theta"], sampler: few);
        Assert.Contains(found.Notes, note =>
            note.Contains("single sample, which tells sigma from theta.sd", StringComparison.Ordinal));
        HierarchicalPosterior told = HierarchicalPosterior.Sample(
            open, ["theta"], new Dictionary<string, Prior> { ["sigma"] = Prior.Parse("gamma(40, 4)") }, few);
        Assert.DoesNotContain(told.Notes, note => note.Contains("single sample", StringComparison.Ordinal));
    }

    [Fact]
    public void What_cannot_be_pooled_is_refused_with_its_name()
    {
        GroupedProblem schools = Schools();
        void Refused(string part, GroupedProblem problem, IReadOnlyList<string> pooled, string? prior = null)
        {
            Dictionary<string, Prior> priors = prior is null ? [] : new() { [prior] = Prior.Normal(0.0, 1.0) };
            ArgumentException e = Assert.Throws<ArgumentException>(
                () => HierarchicalPosterior.Sample(problem, pooled, priors));
            Assert.Contains(part, e.Message, StringComparison.Ordinal);
        }

        Refused("is no parameter", schools, ["phi"]);
        Refused("either shared or pooled", schools with { Shared = ["theta"] }, ["theta"]);
        Refused("theta.mean", schools, ["theta"], "theta");
        Refused("'phi' has a prior", schools, ["theta"], "phi");
        Refused("has bounds", schools with
        {
            Problem = schools.Problem with
            {
                Bounds = new Dictionary<string, (double, double)> { ["theta"] = (0.0, 1.0) },
            },
        }, ["theta"]);
        GroupedProblem two = schools with { Labels = [.. schools.Labels.Select((_, i) => i < 4 ? "A" : "B")] };
        InvalidOperationException e = Assert.Throws<InvalidOperationException>(
            () => HierarchicalPosterior.Sample(two, ["theta"]));
        Assert.Contains("theta.sd", e.Message, StringComparison.Ordinal);
    }

    private static GroupedProblem Schools()
    {
        JsonElement data = PosteriorData.Read("eight_schools");
        double[] y = PosteriorData.Column(data, "y");
        return new GroupedProblem
        {
            Problem = new FitProblem
            {
                Model = Model.FromFormula("theta + 0*x", "x"),
                Inputs = Matrix<double>.Build.Dense(y.Length, 1, 1.0),
                Targets = Vector<double>.Build.Dense(y),
                Sigma = Vector<double>.Build.Dense(PosteriorData.Column(data, "sigma")),
                IsSigmaAbsolute = true,
            },
            Labels = [.. y.Select((_, i) => ((char)('A' + i)).ToString())],
            Column = "school",
        };
    }

    /// <summary>Five lines of one slope, with intercepts 1 … 5 and little noise.</summary>
    private static GroupedProblem Lines()
    {
        const int Each = 12;
        double Y(int i) => i / Each + 1.0 + 0.2 * (i % Each) + 0.3 * Math.Sin(7.0 * i);
        return new GroupedProblem
        {
            Problem = new FitProblem
            {
                Model = Model.FromFormula("a + b*x", "x"),
                Inputs = Matrix<double>.Build.Dense(5 * Each, 1, (i, _) => 0.1 * (i % Each)),
                Targets = Vector<double>.Build.Dense(5 * Each, Y),
            },
            Labels = [.. Enumerable.Range(0, 5 * Each).Select(i => $"g{i / Each + 1}")],
            Shared = ["b"],
        };
    }
}
