using Math4AI.Kernels;
using Math4AI.Kernels.GaussianProcesses;
using Math4AI.Kernels.GaussianProcesses.Laplace;
using Math4AI.Training.Learners;
using MathNet.Numerics;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Integration;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Kernels;

public sealed class ProcessClassifierTests : TemporaryFolder
{
    private static readonly Matrix<double> X =
        Matrix<double>.Build.Dense(24, 2, (i, input) => input == 0 ? 0.37 * i % 3.1 : 0.53 * i % 2.3);

    private static readonly int[] Two = [.. X.EnumerateRows().Select(
        row => Math.Sin(1.3 * row[0]) + 0.6 * Math.Cos(3.0 * row[1]) > 0.5 ? 1 : 0)];

    private static readonly int[] Three = [.. X.EnumerateRows().Select(
        row => Math.Sin(1.3 * row[0]) + 0.6 * Math.Cos(3.0 * row[1]) is var value && value > 0.9
            ? 2
            : value > 0.3 ? 1 : 0)];

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public void The_gradient_of_the_evidence_is_its_difference_quotient(int classes)
    {
        int[] labels = [.. Enumerable.Range(0, 24).Select(i => classes == 2 ? Two[i] : (Three[i] + i / 7) % classes)];
        Kernel kernel = 1.7 * Kernel.Rbf(0.9, 1.4) + 0.3 * Kernel.Linear(0.5);
        var evidence = new LaplaceEvidence(new KernelSamples(X, "X"), kernel, ClassMode.Of(labels, classes));
        double[] at = [.. kernel.Parameters], gradient = new double[at.Length];
        evidence.Gradient(at, gradient);
        for (int i = 0; i < at.Length; i++)
        {
            double[] ahead = [.. at], behind = [.. at];
            ahead[i] += 1e-4;
            behind[i] -= 1e-4;

            // Central differences are right to h² f‴/6, here 1e-8 of values of order 1.
            double difference = (evidence.Value(ahead) - evidence.Value(behind)) / 2e-4;
            Assert.Equal(difference, gradient[i], 1e-7);
        }
    }

    [Fact]
    public void Of_two_classes_mode_evidence_gradient_and_probabilities_are_those_of_scikit_learn()
    {
        // scikit-learn 1.2.1: GaussianProcessClassifier(C(1.7) * RBF([0.9, 1.4]), optimizer=None),
        // log_marginal_likelihood and pi_ of its base_estimator_; its probabilities are an approximation by five error
        // functions.
        GaussianProcessClassifierFit fit = Given(1.7 * Kernel.Rbf(0.9, 1.4)).Fit(X, Two);
        Assert.Equal(-16.323459974678947, fit.LogEvidence, 1e-8);
        double[] latent = [0.343835621923, 0.03308926202, 0.087568349703, -0.7689482583724906];
        int[] rows = [0, 1, 2, 23];
        Assert.All(Enumerable.Range(0, 4), i => Assert.Equal(latent[i], fit.Latent[rows[i], 0], 1e-6));
        double[] gradient = new double[3], expected = [0.200686505163, -1.86486407366, -0.888685482362];
        new LaplaceEvidence(new KernelSamples(X, "X"), fit.Kernel, ClassMode.Of(Two, 2)).Gradient(
            [.. fit.Kernel.Parameters], gradient);
        Assert.All(Enumerable.Range(0, 3), i => Assert.Equal(expected[i], -gradient[i], 1e-6));
        Matrix<double> found =
            fit.Probabilities(Matrix<double>.Build.DenseOfArray(new[,] { { 1.0, 1.0 }, { 2.9, 0.2 } }));
        Assert.Equal(0.53406548184, found[0, 1], 1e-3);
        Assert.Equal(0.302024046496, found[1, 1], 1e-3);
    }

    [Fact]
    public void At_the_mode_each_latent_weight_is_the_gradient_of_the_likelihood()
    {
        foreach (int[] labels in (int[][])[Two, Three])
        {
            GaussianProcessClassifierFit fit = Given(1.7 * Kernel.Rbf(0.9, 1.4)).Fit(X, labels);
            Matrix<double> latent = fit.Latent;
            for (int i = 0; i < 24; i++)
            {
                double[] f = labels == Two ? [0.0, latent[i, 0]] : latent.Row(i).ToArray();
                double[] odds = [.. f.Select(Math.Exp)];
                for (int of = 0; of < latent.ColumnCount; of++)
                {
                    int place = labels == Two ? 1 : of;
                    double expected = (labels[i] == place ? 1.0 : 0.0) - odds[place] / odds.Sum();
                    Assert.Equal(expected, fit.Mode.Weights[of * 24 + i], 1e-10);
                }
            }
        }
    }

    [Fact]
    public void The_evidence_of_several_classes_is_that_of_the_whole_matrix()
    {
        Kernel kernel = 1.7 * Kernel.Rbf(0.9, 1.4);
        GaussianProcessClassifierFit fit = Given(kernel).Fit(X, Three);
        Matrix<double> latent = fit.Latent, gram = kernel.Gram(X);
        Matrix<double> covariance = Matrix<double>.Build.Dense(72, 72), curvature = Matrix<double>.Build.Dense(72, 72);
        double value = 0.0;
        for (int i = 0; i < 24; i++)
        {
            double[] odds = [.. latent.Row(i).Select(Math.Exp)];
            value += latent[i, Three[i]] - Math.Log(odds.Sum());
            for (int a = 0; a < 3; a++)
            {
                for (int b = 0; b < 3; b++)
                {
                    curvature[a * 24 + i, b * 24 + i] =
                        (a == b ? odds[a] / odds.Sum() : 0.0) - odds[a] * odds[b] / Math.Pow(odds.Sum(), 2);
                }

                covariance.SetSubMatrix(a * 24, a * 24, gram);
            }
        }

        Vector<double> weights = Vector<double>.Build.Dense(fit.Mode.Weights);
        value -= 0.5 * (weights * covariance * weights);
        value -= 0.5 * Math.Log((Matrix<double>.Build.DenseIdentity(72) + covariance * curvature).Determinant());
        Assert.Equal(value, fit.LogEvidence, 1e-9);
    }

    [Fact]
    public void Two_classes_by_softmax_are_two_by_the_logistic_function_of_twice_the_variance()
    {
        // f₁ − f₀ of two independent functions has the covariance 2 k.
        Kernel kernel = 1.7 * Kernel.Rbf(0.9, 1.4);
        ClassMode softmax = new SoftmaxMode(Two, 2), logistic = ClassMode.Of(Two, 2);
        var one = new LaplaceEvidence(new KernelSamples(X, "X"), kernel, softmax);
        var other = new LaplaceEvidence(new KernelSamples(X, "X"), 2.0 * kernel, logistic);
        Assert.Equal(other.Value([.. (2.0 * kernel).Parameters]), one.Value([.. kernel.Parameters]), 1e-9);
        for (int i = 0; i < 24; i++)
        {
            Assert.Equal(logistic.Latent[i], softmax.Latent[24 + i] - softmax.Latent[i], 1e-8);
        }

        var points = new KernelSamples(Matrix<double>.Build.Dense(5, 2, (i, j) => 0.5 * i + 0.2 * j), "x");
        var cross = new GramMatrix(24, 5);
        kernel.Fill(new KernelSamples(X, "X"), points, cross);
        GramMatrix twice = new(24, 5);
        (2.0 * kernel).Fill(new KernelSamples(X, "X"), points, twice);
        double[] few = softmax.Probabilities(cross, [1.7, 1.7, 1.7, 1.7, 1.7]);
        double[] exact = logistic.Probabilities(twice, [3.4, 3.4, 3.4, 3.4, 3.4]);
        for (int i = 0; i < exact.Length; i++)
        {
            Assert.Equal(exact[i], few[i], 2e-3);
        }
    }

    [Theory]
    [InlineData(0.3, 0.0)]
    [InlineData(-2.0, 0.7)]
    [InlineData(1.0, 12.0)]
    [InlineData(-30.0, 150.0)]
    [InlineData(40.0, 400.0)]
    public void The_expectation_of_the_logistic_function_is_that_of_adaptive_quadrature(double mean, double deviation)
    {
        double expected = deviation == 0.0
            ? SpecialFunctions.Logistic(mean)
            : GaussKronrodRule.Integrate(
                at => Normal.PDF(0.0, 1.0, at) * SpecialFunctions.Logistic(mean + deviation * at), -9.0,
                9.0, out _, out _, 1e-12, 30);
        Assert.Equal(expected, LogisticMoments.Mean(mean, deviation), 1e-8);
    }

    [Fact]
    public void Far_from_every_sample_all_classes_are_as_probable()
    {
        Matrix<double> far = Matrix<double>.Build.Dense(1, 2, 1e3);
        Assert.Equal(0.5, Given(Kernel.Rbf(1.0)).Fit(X, Two).Probabilities(far)[0, 1], 1e-12);
        Assert.All(
            Given(Kernel.Rbf(1.0)).Fit(X, Three).Probabilities(far).Row(0),
            value => Assert.Equal(1.0 / 3.0, value, 2e-3));
    }

    [Fact]
    public void The_search_raises_the_evidence_and_names_are_any_numbers()
    {
        var process = new GaussianProcessClassifier { Kernel = 1.0 * Kernel.Rbf(1.0) };
        int[] named = [.. Two.Select(of => of == 0 ? 7 : -3)];
        GaussianProcessClassifierFit fit = process.Fit(X, named);
        Assert.True(fit.Search!.IsConverged, fit.Search.Termination.ToString());
        Assert.True(fit.LogEvidence > (process with { Optimize = false }).Fit(X, named).LogEvidence);
        Assert.Equal([-3, 7], fit.Classes);
        Assert.True(fit.Predict(X).Zip(named).Count(pair => pair.First == pair.Second) >= 22);
        Assert.Throws<ArgumentException>(() => process.Fit(X, new int[24]));
        Assert.Throws<ArgumentException>(() => process.Fit(X, [1, 2]));
    }

    [Fact]
    public void Many_equal_samples_of_both_classes_have_the_share_of_each()
    {
        // Of one point that is seen 400 times, the posterior is about as narrow as the share's own error.
        Matrix<double> same = Matrix<double>.Build.Dense(400, 1, 1.0);
        int[] labels = [.. Enumerable.Range(0, 400).Select(i => i % 4 == 0 ? 0 : 1)];
        GaussianProcessClassifierFit fit = Given(100.0 * Kernel.Rbf(1.0)).Fit(same, labels);
        Assert.Equal(0.75, fit.Probabilities(Matrix<double>.Build.Dense(1, 1, 1.0))[0, 1], 0.002);
    }

    [Fact]
    public void A_process_of_three_classes_that_was_saved_predicts_the_same_bits()
    {
        GaussianProcessClassifierFit fit = new GaussianProcessClassifier { Optimize = false }.Fit(X, Three);
        fit.Save(In("model"));
        GaussianProcessClassifierFit read = GaussianProcessClassifierFit.Load(In("model"));
        Matrix<double> points = X.Add(0.1);
        Assert.Equal(fit.Probabilities(points), read.Probabilities(points));
        Assert.Equal(fit.LogEvidence, read.LogEvidence);
        Assert.Equal(fit.Classes, read.Classes);
    }

    [Fact]
    public void Classes_have_no_noise_that_is_called_robust()
    {
        var samples = LearnerSamples.Of(X, Three, 3);
        Learner chosen = new ProcessLearner { IsRobust = true, Optimize = false }.Choose(samples).Learner;
        Assert.StartsWith("Gaussian process: ", chosen.ToString(), StringComparison.Ordinal);
    }

    private static GaussianProcessClassifier Given(Kernel kernel) =>
        new() { Kernel = kernel, Standardize = false, Optimize = false };
}
