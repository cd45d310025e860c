using System.Text.Json;
using Math4AI.Fitting;
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
    public void Both_forms_are_one_posterior_where_each_group_is_well_known()
    {
        GroupedProblem lines = Lines();
        var priors = new Dictionary<string, Prior>
        {
            ["a.mean"] = Prior.Normal(0.0, 10.0),
            ["a.sd"] = Prior.Parse("half_normal(3)"),
        };
        HierarchicalPosterior chosen = HierarchicalPosterior.Sample(lines, ["a"], priors);
        Assert.True(chosen.IsCentered);
        HierarchicalPosterior other = HierarchicalPosterior.Sample(lines, ["a"], priors, isCentered: false);
        foreach ((ParameterSummary here, ParameterSummary there) in chosen.Draws.Summary().Zip(other.Draws.Summary()))
        {
            double error = Math.Sqrt(Math.Pow(here.MonteCarloError, 2) + Math.Pow(there.MonteCarloError, 2));
            Assert.Equal(here.Name, there.Name);
            Assert.Equal(here.Mean, there.Mean, 5.0 * error);
            Assert.Equal(1.0, here.StandardDeviation / there.StandardDeviation, 0.15);
        }

        // The slope is common, and the groups' own intercepts are those that made the data.
        ParameterSummary slope = chosen.Draws.Summary().Single(each => each.Name == "b");
        Assert.Equal(2.0, slope.Mean, 4.0 * slope.StandardDeviation);
        ParameterSummary third = chosen.Draws.Summary().Single(each => each.Name == "a[g3]");
        Assert.Equal(3.0, third.Mean, 4.0 * third.StandardDeviation);
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
