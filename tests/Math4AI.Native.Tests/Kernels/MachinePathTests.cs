using Math4AI.Kernels;
using Math4AI.Kernels.Machines;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Kernels;

public class MachinePathTests
{
    private static readonly double[] Penalties = [0.1, 1.0, 8.0, 500.0];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Machines_along_a_path_are_those_of_each_penalty_alone(bool isReversed)
    {
        (Matrix<double> x, int[] classes) = Three(150);
        double[] penalties = [.. isReversed ? Penalties.Reverse() : Penalties];
        var settings = new SupportVectorClassifier { Kernel = Kernel.Rbf(0.7), Tolerance = 1e-6 };
        IReadOnlyList<SupportVectorClassifierFit> path = settings.FitPath(x, classes, penalties);
        Matrix<double> other = Matrix<double>.Build.Random(30, 2, 5);
        for (int i = 0; i < penalties.Length; i++)
        {
            SupportVectorClassifierFit alone = (settings with { Penalty = penalties[i] }).Fit(x, classes);
            Assert.True(path[i].IsConverged);
            for (int pair = 0; pair < 3; pair++)
            {
                SupportVectorFit one = alone.Machines[pair], along = path[i].Machines[pair];
                Assert.Equal(one.DualObjective, along.DualObjective, 1e-5 * Math.Abs(one.DualObjective));
                Assert.Equal(0.0, along.Weights.Sum(), 1e-9 * penalties[i]);
                Assert.All(along.Weights, weight => Assert.InRange(Math.Abs(weight), 0.0, penalties[i]));
            }

            Matrix<double> expected = alone.Decide(other), found = path[i].Decide(other);
            Assert.True((expected - found).Enumerate().Max(Math.Abs) <= 1e-3 * expected.Enumerate().Max(Math.Abs));
        }
    }

    [Fact]
    public void Regressions_along_a_path_are_those_of_each_penalty_alone_in_fewer_steps()
    {
        Matrix<double> x = Matrix<double>.Build.Random(120, 2, 3);
        Vector<double> y = x.Column(0).Map(Math.Sin) + 0.2 * Vector<double>.Build.Random(120, 4);
        var settings = new SupportVectorRegressor { Kernel = Kernel.Rbf(0.7), Tolerance = 1e-6 };
        IReadOnlyList<SupportVectorFit> path = settings.FitPath(x, y, Penalties);
        int steps = 0;
        for (int i = 0; i < Penalties.Length; i++)
        {
            SupportVectorFit alone = (settings with { Penalty = Penalties[i] }).Fit(x, y);
            steps += alone.Iterations;
            Assert.Equal(alone.DualObjective, path[i].DualObjective, 1e-5 * Math.Abs(alone.DualObjective));
            Assert.True((alone.Predict(x) - path[i].Predict(x)).InfinityNorm() <= 1e-3);
        }

        Assert.InRange(path.Sum(fit => fit.Iterations), 1, steps - 1);
    }

    [Fact]
    public void A_path_needs_penalties_that_are_positive()
    {
        (Matrix<double> x, int[] classes) = Three(30);
        Assert.Throws<ArgumentOutOfRangeException>(() => new SupportVectorClassifier().FitPath(x, classes, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SupportVectorClassifier().FitPath(x, classes, [1.0, 0.0]));
    }

    /// <summary>A large C makes weights whose sums need float64.</summary>
    [Theory]
    [InlineData(1.0, 1e-5)]
    [InlineData(1e5, 1e-9)]
    public void Pairs_that_share_their_vectors_decide_as_each_of_them_alone_also_when_loaded(
        double penalty, double tolerance)
    {
        (Matrix<double> x, int[] classes) = Three(200);
        SupportVectorClassifierFit fit = new SupportVectorClassifier
        {
            Kernel = Kernel.Rbf(0.7),
            Penalty = penalty,
        }.Fit(x, classes);
        Matrix<double> other = Matrix<double>.Build.Random(150, 2, 2), decisions = fit.Decide(other);
        for (int pair = 0; pair < 3; pair++)
        {
            Vector<double> alone = fit.Machines[pair].Predict(other);
            Assert.True(
                (decisions.Column(pair) - alone).InfinityNorm() <= tolerance * alone.InfinityNorm(), $"pair {pair}");
        }

        string folder = Directory.CreateTempSubdirectory("math4ai-shared-").FullName;
        try
        {
            fit.Save(folder);
            Assert.Equal(decisions, SupportVectorClassifierFit.Load(folder).Decide(other));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Rows_that_are_computed_together_give_the_bits_of_one_at_a_time()
    {
        // So wide that the samples do not fit into a cache.
        Matrix<double> x = Matrix<double>.Build.Random(300, 1024, 8);
        int[] classes = [.. Enumerable.Range(0, 300).Select(i => x[i, 0] + 0.5 * x[i, 1] > 0.0 ? 1 : 0)];
        Vector<double> y = x.Column(0) - x.Column(2);
        var classifier = new SupportVectorClassifier();
        var regressor = new SupportVectorRegressor();
        Assert.Equal(
            (classifier with { CacheBytes = 1 }).Fit(x, classes).Machines[0].Weights,
            classifier.Fit(x, classes).Machines[0].Weights);
        Assert.Equal((regressor with { CacheBytes = 1 }).Fit(x, y).Weights, regressor.Fit(x, y).Weights);
    }

    [Fact]
    public void Numbers_of_support_vectors_are_those_of_the_samples_in_every_pair()
    {
        (Matrix<double> x, int[] classes) = Three(90);
        SupportVectorClassifierFit fit =
            new SupportVectorClassifier { Kernel = Kernel.Rbf(0.7), Standardize = false }.Fit(x, classes);
        int[] firsts = [0, 0, 1];
        int[] seconds = [1, 2, 2];
        foreach ((SupportVectorFit machine, int first, int second) in fit.Machines.Zip(firsts, seconds))
        {
            for (int i = 0; i < machine.SupportVectors.Count; i++)
            {
                int number = machine.SupportVectors[i];
                Assert.Equal(machine.Weights[i] > 0.0 ? first : second, classes[number]);
                Assert.Equal(x[number, 0], machine.Shared.Column(0)[machine.Places[i]]);
            }
        }
    }

    /// <summary>Three classes that overlap.</summary>
    private static (Matrix<double> X, int[] Classes) Three(int count)
    {
        Matrix<double> x = Matrix<double>.Build.Random(count, 2, 1);
        Vector<double> noise = 0.3 * Vector<double>.Build.Random(count, 7);
        int ClassOf(int i) => x[i, 0] + noise[i] > 0.3 ? 2 : x[i, 1] - noise[i] > 0.0 ? 1 : 0;
        return (x, [.. Enumerable.Range(0, count).Select(ClassOf)]);
    }
}
