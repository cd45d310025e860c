using Math4AI.Data.Models;
using Math4AI.Fitting;
using Math4AI.Fitting.Formulas;
using Math4AI.Fitting.Models;
using Math4AI.Fitting.Posteriors;
using Math4AI.Probability;
using Math4AI.Probability.Sampling;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Tests.Fitting;

/// <summary>The evidence of groups with a common prior, and their posterior in a folder.</summary>
public sealed class SavedHierarchyTests : TemporaryFolder
{
    private const int Groups = 6;
    private const int Each = 4;
    private const double Noise = 0.9;

    private static readonly string[] Pooled = ["a"];
    private static readonly Dictionary<string, Prior> Priors = new()
    {
        ["a.mean"] = Prior.Normal(0.0, 5.0),
        ["a.sd"] = Prior.Parse("half_normal(3)"),
    };

    /// <summary>y = a_g with known noise, and a_g ~ N(1, spread²).</summary>
    private static GroupedProblem Means(double spread)
    {
        var random = new MersenneTwister(4);
        double[] own = [.. Enumerable.Range(0, Groups).Select(_ => Normal.Sample(random, 1.0, spread))];
        return new GroupedProblem
        {
            Problem = new FitProblem
            {
                Model = Model.FromFormula("a + 0*x", "x"),
                Inputs = Matrix<double>.Build.Dense(Groups * Each, 1),
                Targets = Vector<double>.Build.Dense(
                    Groups * Each, i => own[i / Each] + Normal.Sample(random, 0.0, Noise)),
                Sigma = Vector<double>.Build.Dense(Groups * Each, Noise),
                IsSigmaAbsolute = true,
            },
            Labels = [.. Enumerable.Range(0, Groups * Each).Select(i => $"g{i / Each}")],
        };
    }

    /// <summary>
    /// log ∫ p(τ) N(y; 0, σ² I + τ² B + 25 J) dτ, B 1 within groups and J 1 everywhere, by Simpson's rule.
    /// </summary>
    private static double Known(GroupedProblem problem)
    {
        const int Steps = 600;
        const double Most = 24.0, Width = Most / Steps, OfPrior = 3.0;
        Vector<double> y = problem.Problem.Targets!.Values;
        double sum = 0.0;
        for (int i = 0; i <= Steps; i++)
        {
            double tau = i * Width;
            Matrix<double> covariance = Matrix<double>.Build.Dense(y.Count, y.Count, (j, k) =>
                25.0 + (j / Each == k / Each ? tau * tau : 0.0) + (j == k ? Noise * Noise : 0.0));
            var factors = covariance.Cholesky();
            double log = -0.5 * (y.Count * Math.Log(2.0 * Math.PI) + factors.DeterminantLn
                + y.DotProduct(factors.Solve(y)));
            double weight = i is 0 or Steps ? 1.0 : i % 2 == 1 ? 4.0 : 2.0;
            sum += weight * Math.Exp(log) * 2.0 * Normal.PDF(0.0, OfPrior, tau);
        }

        return Math.Log(sum * Width / 3.0);
    }

    [Theory]
    [InlineData(2.0, true)]
    [InlineData(2.0, false)]
    [InlineData(0.3, false)]
    public void The_evidence_of_a_normal_hierarchy_is_that_of_the_integral(double spread, bool isCentered)
    {
        GroupedProblem problem = Means(spread);
        HierarchicalPosterior found =
            HierarchicalPosterior.Sample(problem, Pooled, Priors, isCentered: isCentered);
        Assert.True(found.HasEvidence);
        Estimate evidence = found.LogEvidence();
        Assert.InRange(evidence.StandardError, 1e-4, 0.05);
        Assert.Equal(Known(problem), evidence.Value, 3.0 * evidence.StandardError);
        Assert.Equal(evidence, found.LogEvidence());
    }

    [Fact]
    public void Without_a_prior_of_the_common_mean_there_is_no_evidence()
    {
        HierarchicalPosterior found = HierarchicalPosterior.Sample(
            Means(2.0), Pooled, new Dictionary<string, Prior> { ["a.sd"] = Priors["a.sd"] },
            new NutsSampler { Warmup = 100, Draws = 50 });
        Assert.False(found.HasEvidence);
        string why = Assert.Throws<InvalidOperationException>(() => found.LogEvidence()).Message;
        Assert.Contains("'a.mean' is flat without end", why, StringComparison.Ordinal);
    }

    [Fact]
    public void Groups_of_a_model_without_inputs_are_predicted_by_their_names_alone()
    {
        // Names were read as numbers where no other column was wanted.
        GroupedProblem means = Means(2.0);
        File.WriteAllLines(In("rows.csv"), ["group,y", .. means.Labels.Zip(
            means.Problem.Targets!.Values, (label, y) => FormattableString.Invariant($"{label},{y}"))]);
        HierarchicalPosterior found = HierarchicalPosterior.Sample(
            GroupedProblem.Read(In("rows.csv"), Formula.Parse("y ~ a"), "group"), Pooled, sampler: new NutsSampler
            {
                Warmup = 200,
                Draws = 100,
            });
        SavedHierarchy.Of(found).Save(In("alone"));
        File.WriteAllLines(In("new.csv"), ["group", "g1", "new"]);
        PredictedTable predicted = SavedHierarchy.Load(In("alone")).PredictTable(In("new.csv"), 0.8);
        ParameterSummary second = found.Draws.Summary().Single(each => each.Name == "a[g1]");
        Assert.Equal(second.Mean, predicted.Outputs[0].Mean[0], 1e-9 * Math.Abs(second.Mean));
        Assert.Contains("no samples of 'new'", Assert.Single(predicted.Notes), StringComparison.Ordinal);
        File.WriteAllLines(In("empty.csv"), ["group"]);
        Assert.Contains("has no rows", Assert.Throws<InvalidDataException>(
            () => SavedHierarchy.Load(In("alone")).PredictTable(In("empty.csv"), 0.8)).Message);
    }

    [Fact]
    public void A_saved_posterior_predicts_the_same_bits_and_says_which_groups_are_new()
    {
        HierarchicalPosterior found = HierarchicalPosterior.Sample(
            Means(2.0), Pooled, Priors, new NutsSampler { Warmup = 200, Draws = 100 });
        SavedHierarchy.Of(found).Save(In("saved"));
        Assert.Throws<IOException>(() => SavedHierarchy.Of(found).Save(In("saved")));
        File.WriteAllLines(In("rows.csv"), ["x,group", "0,g1", "0,new", "0,g5"]);
        var read = Assert.IsType<SavedHierarchy>(ModelFolder.Open(In("saved")));
        PredictedTable mine = found.PredictTable(In("rows.csv"), 0.8), other = read.PredictTable(In("rows.csv"), 0.8);
        Assert.Equal(mine.ToCsv(), other.ToCsv());
        Assert.Contains("no samples of 'new' of 'group'", Assert.Single(other.Notes), StringComparison.Ordinal);
        Assert.Equal(Groups, read.Groups.Count);
        Assert.Equal(found.Draws.Names, read.Draws.Names);

        // Draws of other groups, and no draws at all.
        HierarchicalPosterior fewer = HierarchicalPosterior.Sample(
            Means(2.0) with { Labels = [.. Enumerable.Range(0, Groups * Each).Select(i => $"h{i / Each}")] }, Pooled,
            Priors, new NutsSampler { Warmup = 50, Draws = 20 });
        fewer.Draws.Save(In(Path.Combine("saved", "draws.npz")));
        string mixed = Assert.Throws<InvalidDataException>(() => SavedHierarchy.Load(In("saved"))).Message;
        Assert.Contains("do not belong together: the draws have no 'a[g0]'", mixed, StringComparison.Ordinal);
        File.Delete(In(Path.Combine("saved", "draws.npz")));
        Assert.ThrowsAny<IOException>(() => SavedHierarchy.Load(In("saved")));
    }
}
