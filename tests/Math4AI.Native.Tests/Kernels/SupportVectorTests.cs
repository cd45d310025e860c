using Math4AI.Kernels;
using Math4AI.Kernels.Machines;
using Math4AI.Training.Learners;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Kernels;

public class SupportVectorTests
{
    private static (Matrix<double> X, int[] Classes) Rings(int count)
    {
        var random = new Random(4);
        Matrix<double> x = Matrix<double>.Build.Dense(count, 2);
        int[] classes = new int[count];
        for (int i = 0; i < count; i++)
        {
            classes[i] = i % 2;
            double angle = 2 * Math.PI * random.NextDouble(),
                radius = (i % 2 == 0 ? 1.0 : 2.0) + 0.35 * (random.NextDouble() + random.NextDouble() - 1);
            (x[i, 0], x[i, 1]) = (radius * Math.Cos(angle), radius * Math.Sin(angle));
        }

        return (x, classes);
    }

    [Fact]
    public void Two_samples_are_divided_half_way()
    {
        Matrix<double> x = Matrix<double>.Build.DenseOfColumnArrays([1.0, 3.0]);
        SupportVectorFit fit = new SupportVectorClassifier
        {
            Kernel = Kernel.Linear(1.0),
            Penalty = 100.0,
            Standardize = false,
            Tolerance = 1e-9,
        }
            .Fit(x, [0, 1]).Machines[0];
        Vector<double> decisions = fit.Predict(Matrix<double>.Build.DenseOfColumnArrays([1.0, 2.0, 3.0]));
        Assert.Equal(1.0, decisions[0], 1e-9);
        Assert.Equal(0.0, decisions[1], 1e-9);
        Assert.Equal(-1.0, decisions[2], 1e-9);
        Assert.Equal(-0.5, fit.DualObjective, 1e-9);
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(1.0)]
    [InlineData(100.0)]
    public void The_conditions_of_Karush_Kuhn_and_Tucker_hold(double penalty)
    {
        (Matrix<double> x, int[] classes) = Rings(301);
        SupportVectorClassifierFit fit = new SupportVectorClassifier
        {
            Kernel = Kernel.Rbf(0.8),
            Penalty = penalty,
            Tolerance = 1e-6,
        }.Fit(x, classes);
        SupportVectorFit machine = fit.Machines[0];
        Assert.True(fit.IsConverged);
        Vector<double> decisions = fit.Decide(x).Column(0);
        double[] beta = new double[301];
        for (int i = 0; i < machine.SupportVectors.Count; i++)
        {
            beta[machine.SupportVectors[i]] = machine.Weights[i];
        }

        Assert.Equal(0.0, beta.Sum(), 1e-9 * penalty);
        for (int i = 0; i < 301; i++)
        {
            double sign = classes[i] == 0 ? 1.0 : -1.0, alpha = sign * beta[i], margin = sign * decisions[i];
            Assert.InRange(alpha, 0.0, penalty);

            // Rows of the kernel are float32: margins are right to its roundings, summed over the weights.
            double tolerance = 2e-6 + 1.2e-7 * beta.Sum(Math.Abs);
            Assert.True(
                alpha == 0.0 ? margin > 1.0 - tolerance : alpha == penalty
                    ? margin < 1.0 + tolerance
                    : Math.Abs(margin - 1.0) < tolerance,
                $"sample {i}: α {alpha}, margin {margin}");
        }
    }

    [Fact]
    public void The_primal_and_the_dual_objective_meet()
    {
        (Matrix<double> x, int[] classes) = Rings(200);
        const double Penalty = 2.0;
        SupportVectorClassifierFit fit = new SupportVectorClassifier
        {
            Kernel = Kernel.Rbf(0.8),
            Penalty = Penalty,
            Standardize = false,
            Tolerance = 1e-7,
        }
            .Fit(x, classes);
        SupportVectorFit machine = fit.Machines[0];
        Vector<double> decisions = fit.Decide(x).Column(0);
        double norm =
            machine.SupportVectors.Select((sample, i) => machine.Weights[i] * (decisions[sample] - machine.Offset))
                .Sum();
        double losses =
            Enumerable.Range(0, 200).Sum(i => Math.Max(0.0, 1.0 - (classes[i] == 0 ? 1.0 : -1.0) * decisions[i]));
        Assert.Equal(0.5 * norm + Penalty * losses, -machine.DualObjective, 1e-4 * Math.Abs(machine.DualObjective));
    }

    [Fact]
    public void A_regression_keeps_errors_within_its_width_and_meets_its_dual()
    {
        Matrix<double> x = Matrix<double>.Build.Dense(120, 1, (i, _) => 0.1 * i);
        Vector<double> y = x.Column(0).Map(Math.Sin) + 0.05 * Vector<double>.Build.Random(120, 2);
        const double Penalty = 10.0, Width = 0.1;
        SupportVectorFit fit = new SupportVectorRegressor
        {
            Kernel = Kernel.Rbf(0.4),
            Penalty = Penalty,
            Width = Width,
            Tolerance = 1e-6,
        }.Fit(x, y);
        Vector<double> values = fit.Predict(x);
        double norm = fit.SupportVectors.Select((sample, i) => fit.Weights[i] * (values[sample] - fit.Offset)).Sum();
        double losses = (values - y).Sum(error => Math.Max(0.0, Math.Abs(error) - Width));
        Assert.Equal(0.5 * norm + Penalty * losses, -fit.DualObjective, 1e-3 * Math.Abs(fit.DualObjective));
        Assert.InRange(fit.SupportVectors.Count, 1, 60);
    }

    [Fact]
    public void A_cache_of_two_rows_gives_the_bits_of_one_that_holds_all()
    {
        (Matrix<double> x, int[] classes) = Rings(100);
        var machine = new SupportVectorClassifier { Kernel = Kernel.Rbf(0.8), Penalty = 5.0 };
        Assert.Equal(
            machine.Fit(x, classes).Machines[0].Weights,
            (machine with { CacheBytes = 1 }).Fit(x, classes).Machines[0].Weights);
    }

    [Fact]
    public void Three_classes_vote()
    {
        var random = new Random(9);
        Matrix<double> x =
            Matrix<double>.Build.Dense(150, 2, (i, j) => 3.0 * (i % 3 == j ? 1.0 : 0.0) + random.NextDouble());
        int[] classes = [.. Enumerable.Range(0, 150).Select(i => 10 * (i % 3))];
        SupportVectorClassifierFit fit = new SupportVectorClassifier().Fit(x, classes);
        Assert.Equal([0, 10, 20], fit.Classes);
        Assert.Equal(classes, fit.Predict(x));
    }

    [Fact]
    public void A_limit_on_steps_is_said()
    {
        (Matrix<double> x, int[] classes) = Rings(100);
        SupportVectorClassifierFit fit = new SupportVectorClassifier { MaxIterations = 3 }.Fit(x, classes);
        Assert.False(fit.IsConverged);
        Assert.Contains("raise MaxIterations", fit.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Samples_that_repeat_end_in_an_answer()
    {
        Matrix<double> x = Matrix<double>.Build.Dense(40, 2, 1.0);
        SupportVectorClassifierFit fit =
            new SupportVectorClassifier().Fit(x, [.. Enumerable.Range(0, 40).Select(i => i % 2)]);
        Assert.True(fit.IsConverged);
    }

    [Fact]
    public void The_prediction_is_always_the_most_probable_class_and_the_probabilities_are_calibrated()
    {
        // Three classes of known densities: normal with deviation 1 around −1.5, 0 and 1.5.
        var random = new Random(8);
        int[] classes = [.. Enumerable.Range(0, 1500).Select(i => i % 3)];
        Matrix<double> x = Matrix<double>.Build.Dense(1500, 1, (i, _) =>
            1.5 * (classes[i] - 1) + MathNet.Numerics.Distributions.Normal.Sample(random, 0.0, 1.0));
        SupportVectorClassifierFit fit = new SupportVectorClassifier { HasProbabilities = true }.Fit(x, classes);
        Matrix<double> ahead = Matrix<double>.Build.Dense(3000, 1, (i, _) =>
            1.5 * (i % 3 - 1) + MathNet.Numerics.Distributions.Normal.Sample(random, 0.0, 1.0));
        Matrix<double> found = fit.Probabilities(ahead);
        int[] predicted = fit.Predict(ahead);
        double loss = 0.0, least = 0.0;
        for (int i = 0; i < 3000; i++)
        {
            double[] densities =
                [.. Enumerable.Range(0, 3).Select(of => Math.Exp(-0.5 * Math.Pow(ahead[i, 0] - 1.5 * (of - 1), 2)))];
            Assert.Equal(1.0, found.Row(i).Sum(), 1e-9);
            Assert.Equal(found.Row(i).MaximumIndex(), predicted[i]);
            loss -= Math.Log(found[i, i % 3]) / 3000;
            least -= Math.Log(densities[i % 3] / densities.Sum()) / 3000;
        }

        // The true densities have the least expected loss; scikit-learn's SVC(probability=True) is 0.041 to 0.051 above
        // it on four such draws.
        Assert.InRange(loss, least - 0.01, least + 0.06);
    }

    [Fact]
    public void Pairs_that_come_from_probabilities_couple_to_them()
    {
        double[] p = [0.1, 0.25, 0.6, 0.05], found = new double[4];
        double[,] pairs = new double[4, 4];
        for (int i = 0; i < 4; i++)
        {
            for (int j = 0; j < 4; j++)
            {
                pairs[i, j] = i == j ? 0.0 : p[i] / (p[i] + p[j]);
            }
        }

        PairwiseCoupling.Fill(pairs, found);
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(p[i], found[i], 1e-10);
        }
    }

    [Fact]
    public void One_sample_is_too_few_also_in_a_part_of_a_cross_validation()
    {
        Matrix<double> x = Matrix<double>.Build.DenseOfColumnArrays([1.0, 2.0]);
        var samples = LearnerSamples.Of(x, Vector<double>.Build.DenseOfArray([0.5, 1.5]));
        Assert.Contains("2 samples or more", Assert.Throws<ArgumentException>(
            () => new SupportVectorLearner().Choose(samples)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_class_of_one_sample_has_no_probabilities()
    {
        Matrix<double> x = Matrix<double>.Build.DenseOfColumnArrays([1.0, 2.0, 3.0]);
        Assert.Contains("one sample", Assert.Throws<ArgumentException>(
            () => new SupportVectorClassifier { HasProbabilities = true }.Fit(x, [0, 0, 1])).Message,
            StringComparison.Ordinal);
    }
}
