using Math4AI.Kernels;
using Math4AI.Kernels.Machines;
using Math4AI.Training.Learners;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Kernels;

public class DistanceTableTests
{
    private static readonly double[] Gammas = [0.002, 0.01];

    private static readonly double[] Penalties = [0.5, 4.0];

    // Far from zero, where products of samples lose digits that differences keep.
    private static readonly Matrix<double> X =
        Matrix<double>.Build.Random(90, 64, new Normal(1000.0, 1.0, new Random(2)));

    [Fact]
    public void Kernel_values_by_number_are_those_of_the_samples()
    {
        DistanceTable table = DistanceTable.TryOf(X)!;
        int[] some = [4, 88, 17, 4], others = [17, 3, 0];
        Kernel kernel = table.Rbf(0.01), direct = Kernel.Rbf(Math.Sqrt(50.0));
        Matrix<double> Rows(int[] which) => Matrix<double>.Build.DenseOfRowVectors(which.Select(X.Row));
        Matrix<double> Numbers(int[] which) => Matrix<double>.Build.Dense(which.Length, 1, (i, _) => which[i]);
        AssertNear(direct.Gram(Rows(some), Rows(others)), kernel.Gram(Numbers(some), Numbers(others)));
        AssertNear(direct.Gram(Rows(some)), kernel.Gram(Numbers(some)));
        Assert.Equal(direct.Diagonal(Rows(some)), kernel.Diagonal(Numbers(some)));
    }

    [Fact]
    public void A_machine_of_numbers_is_that_of_the_samples()
    {
        int[] classes = [.. Enumerable.Range(0, X.RowCount).Select(i => X[i, 0] + X[i, 1] > 2000.0 ? 1 : i % 3)];
        var settings = new SupportVectorClassifier { Kernel = Kernel.Rbf(Math.Sqrt(50.0)), Standardize = false };
        SupportVectorClassifierFit direct = settings.Fit(X, classes);
        Matrix<double> numbers = Matrix<double>.Build.Dense(X.RowCount, 1, (i, _) => i);
        SupportVectorClassifierFit found =
            (settings with { Kernel = DistanceTable.TryOf(X)!.Rbf(0.01) }).Fit(numbers, classes);
        for (int pair = 0; pair < direct.Machines.Count; pair++)
        {
            Assert.Equal(direct.Machines[pair].DualObjective, found.Machines[pair].DualObjective, 1e-4);
        }

        Assert.Equal(direct.Predict(X), found.Predict(numbers));
    }

    [Fact]
    public void A_search_by_the_table_has_the_scores_of_one_by_the_samples()
    {
        LearnerSamples samples = LearnerSamples.Of(X, X.Column(0).PointwiseMultiply(X.Column(1)) / 1000.0);
        double[][] scores = [.. Enumerable.Range(0, 2).Select(way => way == 1).Select(isOfDistances =>
        {
            var validation = new CrossValidation(samples, 60, 1, isOfDistances);
            Assert.Equal(isOfDistances, validation.Distances is not null);
            return validation.Search(("γ", "λ"), Gammas, Penalties, (gamma, penalties, part) =>
                penalties.Select(penalty => new RidgeLearner
                {
                    Kernel = validation.Distances?.Rbf(gamma),
                    Gamma = gamma,
                    Penalty = penalty,
                }.Fit(part, TestContext.Current.CancellationToken)), null, TestContext.Current.CancellationToken)
                .Points.Select(point => point.Score).ToArray();
        })];
        Assert.Equal(scores[0].Length, scores[1].Length);
        Assert.All(scores[0].Zip(scores[1]), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
    }

    [Fact]
    public void There_is_no_table_where_it_does_not_pay_or_squares_leave_the_range_of_numbers()
    {
        Assert.Null(DistanceTable.TryOf(X.SubMatrix(0, 90, 0, 20)));
        Assert.Null(DistanceTable.TryOf(Matrix<double>.Build.Dense(12_000, 64)));
        Assert.Null(DistanceTable.TryOf((X - 1000.0) * 1e160));
    }

    private static void AssertNear(Matrix<double> expected, Matrix<double> found) =>
        Assert.Equal(0.0, (expected - found).Enumerate().Max(Math.Abs), 1e-8);
}
