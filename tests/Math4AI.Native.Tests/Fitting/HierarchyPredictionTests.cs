using Math4AI.Fitting;
using Math4AI.Fitting.Models;
using Math4AI.Fitting.Posteriors;
using Math4AI.Probability.Sampling;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Tests.Fitting;

/// <summary>What hierarchies predict, of samples that are left out and of groups that were never seen.</summary>
public sealed class HierarchyPredictionTests : TemporaryFolder
{
    private const int Groups = 8;
    private const int Each = 6;

    private static readonly string[] Pooled = ["a"];
    private static readonly Dictionary<string, Prior> Priors = new() { ["a.sd"] = Prior.Parse("half_normal(3)") };

    private static readonly Lazy<HierarchicalPosterior> Found =
        new(() => HierarchicalPosterior.Sample(Lines(), Pooled, Priors, new NutsSampler { Draws = 2000 }));

    /// <summary>Lines of one slope, with intercepts N(1, 2²), whose rows take turns.</summary>
    private static GroupedProblem Lines(int without = -1)
    {
        var random = new MersenneTwister(5);
        double[] own = [.. Enumerable.Range(0, Groups).Select(_ => Normal.Sample(random, 1.0, 2.0))];
        (double X, double Y, string Label)[] rows =
        [
            .. Enumerable.Range(0, Groups * Each).Select(i => (
                X: 0.3 * (i / Groups), Y: own[i % Groups] + 0.15 * (i / Groups) + Normal.Sample(random, 0.0, 0.8),
                $"g{i % Groups}")).Where((_, i) => i != without),
        ];
        return new GroupedProblem
        {
            Problem = new FitProblem
            {
                Model = Model.FromFormula("a + b*x", "x"),
                Inputs = Matrix<double>.Build.DenseOfColumns([rows.Select(row => row.X)]),
                Targets = Vector<double>.Build.DenseOfEnumerable(rows.Select(row => row.Y)),
            },
            Labels = [.. rows.Select(row => row.Label)],
            Shared = ["b"],
        };
    }

    [Fact]
    public void A_gradient_by_groups_is_that_of_the_whole_jacobian()
    {
        // Two outputs, and groups whose samples do not stand together.
        var model = new GroupedModel(Model.FromFormula("a*exp(b*x); c + a*x", "x"), ["p", "q", "r"], ["b"], "group");
        Assert.Equal(["b", "a[p]", "c[p]", "a[q]", "c[q]", "a[r]", "c[r]"], model.ParameterNames);
        Matrix<double> inputs = Matrix<double>.Build.Dense(7, 2, (i, j) => j == 0 ? 0.1 * i : i * 5 % 3);
        double[] theta = [0.4, 1.0, -2.0, 0.5, 3.0, -1.5, 0.7], gradient = new double[7];
        double[] values = new double[14], jacobian = new double[14 * 7];
        model.Evaluate(inputs, theta, values, jacobian);
        for (int i = 0; i < 7; i++)
        {
            int group = (int)inputs[i, 1];
            Assert.Equal(theta[1 + 2 * group] * Math.Exp(0.4 * inputs[i, 0]), values[i], 1e-14);
            Assert.Equal(theta[2 + 2 * group] + theta[1 + 2 * group] * inputs[i, 0], values[7 + i], 1e-14);
        }

        double[] seen = [];
        model.Gradient(inputs, theta, (outputs, slopes) =>
        {
            seen = outputs.ToArray();
            for (int i = 0; i < slopes.Length; i++)
            {
                slopes[i] = Math.Sin(i + 1.0);
            }
        }, gradient);
        Assert.Equal(values, seen);
        for (int j = 0; j < 7; j++)
        {
            double sum = Enumerable.Range(0, 14).Sum(i => jacobian[j * 14 + i] * Math.Sin(i + 1.0));
            Assert.Equal(sum, gradient[j], 1e-13 * (1.0 + Math.Abs(sum)));
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(26)]
    public void The_density_of_a_left_out_sample_is_that_of_a_posterior_without_it(int left)
    {
        PredictiveAccuracy accuracy = Found.Value.LeaveOneOut();
        Assert.Equal(Groups * Each, accuracy.Pointwise.Count);
        GroupedProblem all = Lines();
        HierarchicalPosterior without = HierarchicalPosterior.Sample(Lines(left), Pooled, Priors);
        (double x, double y) = (all.Problem.Inputs![left, 0], all.Problem.Targets!.Values[left]);
        double[][] draws =
            [.. new[] { $"a[{all.Labels[left]}]", "b", "sigma" }.Select(name => without.Draws[name].SelectMany(
                chain => chain).ToArray())];
        double density = Enumerable.Range(0, draws[0].Length)
            .Average(s => Normal.PDF(draws[0][s] + draws[1][s] * x, draws[2][s], y));
        Assert.Equal(Math.Log(density), accuracy.Pointwise[left], 0.05);
        Assert.True(accuracy.Shapes[left] < 0.7);
        Assert.All(
            Found.Value.Check().Statistics.Where(each => each.Name is "mean" or "standard deviation"),
            each => Assert.InRange(each.PValue, 0.05, 0.95));
    }

    [Fact]
    public void A_group_is_predicted_by_its_own_parameters_and_another_one_by_the_common_prior()
    {
        HierarchicalPosterior found = Found.Value;
        Prediction predicted = found.Predict(
            Matrix<double>.Build.Dense(3, 1, [0.5, 0.5, 0.5]), ["g2", "never seen", "g2"], level: 0.8);
        ParameterSummary known = found.Draws.Summary("known", At(found, "a[g2]"));
        Assert.Equal(known.Mean, predicted.Mean[0], 0.1 * known.StandardDeviation);
        Assert.Equal(predicted.Mean[0], predicted.Mean[2], 1e-12);
        Assert.Equal(predicted.Confidence[0], predicted.Confidence[2]);
        Assert.NotEqual(predicted.Observation[0], predicted.Observation[2]);

        // Of a new group, Var = E τ² + Var(μ + b x), and the mean is that of μ + b x.
        ParameterSummary common = found.Draws.Summary("common", At(found, "a.mean"));
        double variance = found.Draws["a.sd"].SelectMany(chain => chain).Select(tau => tau * tau).Average()
            + common.StandardDeviation * common.StandardDeviation;
        Assert.Equal(common.Mean, predicted.Mean[1], 0.15 * Math.Sqrt(variance));
        double width = predicted.Confidence[1].Upper - predicted.Confidence[1].Lower;
        Assert.Equal(1.0, width / (2.0 * Normal.InvCDF(0.0, 1.0, 0.9) * Math.Sqrt(variance)), 0.15);
        Assert.True(predicted.Observation[1].Upper - predicted.Observation[1].Lower > width);

        ArgumentException open = Assert.Throws<ArgumentException>(() => HierarchicalPosterior
            .Sample(Lines() with { Shared = [] }, Pooled, Priors, new NutsSampler { Draws = 100 })
            .Predict(Matrix<double>.Build.Dense(1, 1), ["never seen"]));
        Assert.Contains("'b' is each group's own", open.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => found.Predict(Matrix<double>.Build.Dense(2, 1), ["g1"]));
        File.WriteAllLines(In("rows.csv"), ["group,x", "never seen,1"]);
        HierarchicalPosterior.RequirePredictable(Lines(), Pooled, In("rows.csv"));
        Assert.Equal(open.Message, Assert.Throws<ArgumentException>(() => HierarchicalPosterior.RequirePredictable(
            Lines() with { Shared = [] }, Pooled, In("rows.csv"))).Message);
    }

    [Fact]
    public void Chains_go_on_bit_for_bit_and_not_with_other_priors()
    {
        var sampler = new NutsSampler { Warmup = 300, Draws = 90 };
        HierarchicalPosterior whole = HierarchicalPosterior.Sample(Lines(), Pooled, Priors, sampler);
        HierarchicalPosterior.Sample(Lines(), Pooled, Priors, sampler with { Draws = 40 }).Draws.Save(In("draws.npz"));
        PosteriorDraws earlier = PosteriorDraws.Load(In("draws.npz"));
        var reports = new List<SamplingProgress>();
        HierarchicalPosterior resumed = HierarchicalPosterior.Resume(
            Lines(), Pooled, earlier, 50, Priors, progress: new Kept(reports));
        Assert.Equal(whole.Draws.ToMatrix(), resumed.Draws.ToMatrix());
        Assert.Equal(whole.Notes, resumed.Notes);
        Assert.Equal(4, reports[^1].Chains.Count);
        Assert.Equal(1.0, reports.Max(report => report.Share));
        string other = Assert.Throws<ArgumentException>(() => HierarchicalPosterior.Resume(
            Lines(), Pooled, earlier, 50, new Dictionary<string, Prior> { ["a.sd"] = Prior.Parse("half_normal(1)") }))
            .Message;
        Assert.Contains("of another density", other, StringComparison.Ordinal);

        FitResult fit = Lines().Problem.Fit();
        FitPosterior.Sample(fit, sampler: sampler with { Draws = 40 }).Draws.Save(In("line.npz"));
        Assert.Equal(
            FitPosterior.Sample(fit, sampler: sampler).Draws.ToMatrix(),
            FitPosterior.Resume(fit, PosteriorDraws.Load(In("line.npz")), 50).Draws.ToMatrix());
    }

    [Fact]
    public void Of_many_parameters_that_are_not_pooled_it_is_said_that_the_posterior_is_not_checked()
    {
        double[] labels = [.. Enumerable.Range(0, 60 * 4).Select(i => (double)(i / 4))];
        var problem = new GroupedProblem
        {
            Problem = new FitProblem
            {
                Model = Model.FromFormula("a + b*x", "x"),
                Inputs = Matrix<double>.Build.Dense(labels.Length, 1, (i, _) => i % 4),
                Targets = Vector<double>.Build.Dense(labels.Length, i => Math.Sin(i) + labels[i] % 3.0),
            },
            Labels = [.. labels.Select(label => $"g{label}")],
        };
        HierarchicalPosterior found =
            HierarchicalPosterior.Sample(problem, Pooled, Priors, new NutsSampler { Warmup = 50, Draws = 20 });
        Assert.Contains(found.Notes, note => note.Contains("is not checked", StringComparison.Ordinal));
    }

    private static Func<double[], double> At(HierarchicalPosterior found, string intercept)
    {
        List<string> names = [.. found.Draws.Names];
        int a = names.IndexOf(intercept), b = names.IndexOf("b");
        return theta => theta[a] + 0.5 * theta[b];
    }

    private sealed class Kept(List<SamplingProgress> reports) : IProgress<SamplingProgress>
    {
        public void Report(SamplingProgress value)
        {
            lock (reports)
            {
                reports.Add(value);
            }
        }
    }
}
