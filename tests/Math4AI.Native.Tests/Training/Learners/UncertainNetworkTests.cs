using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Data.Tables;
using Math4AI.Training;
using Math4AI.Training.Learners;
using Math4AI.Training.Learners.Uncertain;
using Math4AI.Training.Scoring;
using Math4AI.Training.Tables;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Tests.Training.Learners;

[Collection(TorchGenerator.Name)]
public sealed class UncertainNetworkTests : TemporaryFolder
{
    private static NetworkLearner Small(NetworkUncertainty way) =>
        new() { Uncertainty = way, Hidden = [24], Steps = 600, WeightDecay = 0.01 };

    /// <summary>y = x + noise whose deviation is 0.1 left of 0 and 0.5 right of it, x from −1 to 1.</summary>
    private static (double[] X, double[] Y) Noisy(int count)
    {
        var random = new MersenneTwister(7, threadSafe: false);
        double[] x = [.. Enumerable.Range(0, count).Select(_ => 2.0 * random.NextDouble() - 1.0)];
        return (x, Array.ConvertAll(x, each => 100.0 + 10.0 * (
            each + Normal.Sample(random, 0.0, each < 0.0 ? 0.1 : 0.5))));
    }

    private static LearnerSamples Samples(int count)
    {
        (double[] x, double[] y) = Noisy(count);
        return LearnerSamples.Of(Matrix<double>.Build.DenseOfColumnArrays(x), Vector<double>.Build.Dense(y));
    }

    private static Matrix<double> At(params double[] x) => Matrix<double>.Build.DenseOfColumnArrays(x);

    [Fact]
    public void A_learned_variance_is_that_of_the_noise_on_either_side()
    {
        var ensemble = (IUncertainPredictor)Small(NetworkUncertainty.Ensemble).Fit(Samples(600));
        double[] found = [.. ensemble.Distributions(At(-0.6, 0.6)).Select(each => each.Deviation)];
        Assert.InRange(found[0], 0.7, 1.6);
        Assert.InRange(found[1], 3.8, 6.5);
        Assert.Equal(106.0, ensemble.PredictRows(At(0.6)).Values[0, 0], 1.5);

        // What dropout does not know of the mean is in its deviation too, which is the larger for it.
        var dropout = (IUncertainPredictor)Small(NetworkUncertainty.Dropout).Fit(Samples(600));
        found = [.. dropout.Distributions(At(-0.6, 0.6)).Select(each => each.Deviation)];
        Assert.InRange(found[0], 1.0, 2.5);
        Assert.InRange(found[1], 3.8, 6.5);
    }

    [Fact]
    public void A_variance_of_the_network_itself_is_that_of_the_noise_too()
    {
        var ensemble = (IUncertainPredictor)(Small(NetworkUncertainty.Ensemble) with { HoldsOut = false })
            .Fit(Samples(600));
        double[] found = [.. ensemble.Distributions(At(-0.6, 0.6)).Select(each => each.Deviation)];
        Assert.InRange(found[0], 0.7, 1.6);
        Assert.InRange(found[1], 3.8, 6.5);
    }

    [Fact]
    public void The_variance_of_held_out_errors_is_log_linear_in_the_inputs_and_no_less_where_networks_disagree()
    {
        // log v = −2 + 1.5 x, and predictions that do not matter.
        var random = new MersenneTwister(3, threadSafe: false);
        const int Count = 4000;
        double[] x = [.. Enumerable.Range(0, Count).Select(_ => 2.0 * random.NextDouble() - 1.0)];
        double[] means = [.. x.Select(_ => random.NextDouble())];
        double[] own = [.. x.Select(_ => 0.01 + 0.01 * random.NextDouble())];
        double VarianceAt(double at) => Math.Exp(-2.0 + 1.5 * at);
        Vector<double> y = Vector<double>.Build.Dense(
            Count, i => means[i] + Math.Sqrt(VarianceAt(x[i])) * Normal.Sample(random, 0.0, 1.0));
        HeldOutVariance held = HeldOutVariance.Of(At(x), means, own, y, seed: 1);
        double[] found = held.At(At(-0.9, 0.0, 0.9), [0.5, 0.5, 0.5], [0.015, 0.015, 0.015]);
        Assert.All(found.Zip([-0.9, 0.0, 0.9]), pair => Assert.Equal(1.0, pair.First / VarianceAt(pair.Second), 0.15));

        // Beyond the samples the inputs count as their end, and a disagreement that was never seen never lessens v.
        Assert.Equal(held.At(At(1.0), [0.5], [0.015])[0], held.At(At(100.0), [0.5], [0.015])[0], 0.01);
        Assert.True(held.At(At(0.5), [0.5], [10.0])[0] >= held.At(At(0.5), [0.5], [0.015])[0]);

        // In other units of y it is the same.
        HeldOutVariance scaled = HeldOutVariance.Of(
            At(x), [.. means.Select(mean => 7.0 + 100.0 * mean)], [.. own.Select(each => 100.0 * each)],
            7.0 + 100.0 * y, seed: 1);
        Assert.Equal(1e4 * found[2], scaled.At(At(0.9), [57.0], [1.5])[0], 1e-4 * 1e4 * found[2]);
    }

    [Theory]
    [InlineData(3.0, 2.4, 4.1)]
    [InlineData(double.PositiveInfinity, 10.0, double.PositiveInfinity)]
    public void Held_out_errors_with_long_tails_are_told_from_normal_ones(double degrees, double least, double most)
    {
        // log v = −1 + x.
        var random = new MersenneTwister(5, threadSafe: false);
        double[] x = [.. Enumerable.Range(0, 2000).Select(_ => 2.0 * random.NextDouble() - 1.0)];
        double[] means = new double[x.Length], own = [.. x.Select(_ => 0.01 + 0.01 * random.NextDouble())];
        var y = Vector<double>.Build.DenseOfEnumerable(x.Select(at => Math.Exp(0.5 * (at - 1.0))
            * (double.IsInfinity(degrees)
                ? Normal.Sample(random, 0.0, 1.0)
                : StudentT.Sample(random, 0.0, 1.0, degrees))));
        HeldOutVariance held = HeldOutVariance.Of(At(x), means, own, y, seed: 1);
        Assert.InRange(held.Degrees, least, most);
        double[] found = held.At(At(-0.8, 0.8), [0.0, 0.0], [0.015, 0.015]);
        Assert.Equal(1.0, found[0] / Math.Exp(-1.8), 0.2);
        Assert.Equal(1.0, found[1] / Math.Exp(-0.2), 0.2);
        Assert.Equal(
            0.9, held.Distributions(At(x), means, own).Zip(y, (of, observed) => of.Interval(0.9) is var (low, high)
                && low <= observed && observed <= high ? 1.0 : 0.0).Average(), 0.02);
    }

    [Theory]
    [InlineData(NetworkUncertainty.Ensemble)]
    [InlineData(NetworkUncertainty.Dropout)]
    [InlineData(NetworkUncertainty.Laplace)]
    public void What_lies_far_outside_is_known_less_and_a_folder_keeps_the_bits(NetworkUncertainty way)
    {
        NetworkLearner learner = Small(way) with { Steps = 300 };
        var fit = (IUncertainPredictor)learner.Fit(Samples(200));
        double[] unknown = fit.Disagreement(At(-0.8, -0.4, 0.0, 0.4, 0.8, 8.0));
        Assert.True(unknown[5] > 3.0 * unknown[..5].Max(), string.Join(' ', unknown));
        using (var files = new FileTransaction())
        {
            fit.Save(In("model"), files);
            files.Commit();
        }

        var read = (IUncertainPredictor)ModelFolder.Open(In("model"));
        Matrix<double> at = At(-1.0, 0.3, 2.0);
        Assert.Equal(fit.PredictRows(at).Values, read.PredictRows(at).Values);
        Assert.Equal(fit.PredictRows(at).Deviations, read.PredictRows(at).Deviations);
        Assert.Equal(fit.PredictRows(at.SubMatrix(1, 1, 0, 1)).Values[0, 0], fit.PredictRows(at).Values[1, 0], 1e-10);
        Assert.Equal(
            fit.PredictRows(at).Values, learner.Fit(Samples(200)).PredictRows(at).Values);
    }

    [Theory]
    [InlineData(NetworkUncertainty.Ensemble)]
    [InlineData(NetworkUncertainty.Dropout)]
    [InlineData(NetworkUncertainty.Laplace)]
    public void Classes_have_probabilities_and_a_disagreement_that_is_no_less_than_0(NetworkUncertainty way)
    {
        double[] x = Noisy(120).X;
        LearnerSamples samples =
            LearnerSamples.Of(At(x), [.. x.Select(each => each < -0.3 ? 0 : each < 0.4 ? 1 : 2)], 3);
        var fit = (UncertainNetworkFit)Small(way).Fit(samples);
        Matrix<double> found = fit.PredictRows(At(-0.9, 0.05, 0.9)).Values;
        Assert.All(Enumerable.Range(0, 3), k =>
        {
            Assert.Equal(1.0, found.Row(k).Sum(), 1e-12);
            Assert.Equal(k, found.Row(k).MaximumIndex());
        });
        double[] unknown = fit.Disagreement(At(-0.9, 0.4));
        Assert.All(unknown, each => Assert.InRange(each, 0.0, Math.Log(3.0)));
        Assert.True(unknown[1] > unknown[0]);
        Assert.Throws<InvalidOperationException>(() => fit.Distributions(At(0.0)));
        Assert.Contains("takes 1 inputs", Assert.Throws<ArgumentException>(
            () => fit.Disagreement(Matrix<double>.Build.Dense(1, 2))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_posterior_of_the_last_layer_is_the_inverse_of_the_hessian()
    {
        var random = new MersenneTwister(5, threadSafe: false);
        Matrix<double> features = Matrix<double>.Build.Dense(40, 3, (_, j) => j == 2 ? 1.0 : random.NextDouble());
        Vector<double> weights = Vector<double>.Build.Dense([0.5, -1.0, 2.0]);
        Vector<double> residuals = Vector<double>.Build.Dense(40, _ => Normal.Sample(random, 0.0, 0.3));
        var numbers = LastLayerLaplace.OfNumbers(features, weights, residuals);
        Assert.Equal(0.09, numbers.NoiseVariance, 0.05);
        Matrix<double> hessian = features.TransposeThisAndMultiply(features) / numbers.NoiseVariance;
        double precision = 2.0;
        Matrix<double> covariance = (hessian + precision * Matrix<double>.Build.DenseIdentity(3)).Inverse();
        Matrix<double> found = numbers.WithPrecision(precision).Deviations(features);
        for (int i = 0; i < 40; i++)
        {
            Assert.Equal(
                Math.Sqrt(features.Row(i) * covariance * features.Row(i)), found[i, 0], 1e-10);
        }

        // Classes: the covariance of the outputs is that of (A ⊗ B + α I)⁻¹ in full.
        Matrix<double> scores = features * Matrix<double>.Build.Dense(3, 3, (i, j) => i - j);
        Matrix<double> p = LinearPredictor.Softmax(scores, Vector<double>.Build.Dense(3));
        LastLayerLaplace classes = LastLayerLaplace.OfClasses(
            features, Matrix<double>.Build.Dense(3, 3, 1.0), p).WithPrecision(precision);
        Matrix<double> b = Matrix<double>.Build.Dense(3, 3, (j, k) => p.EnumerateRows().Average(
            row => (j == k ? row[j] : 0.0) - row[j] * row[k]));
        Matrix<double> full = (features.TransposeThisAndMultiply(features).KroneckerProduct(b)
            + precision * Matrix<double>.Build.DenseIdentity(9)).Inverse();
        Matrix<double> row0 = features.SubMatrix(0, 1, 0, 3);
        Matrix<double> map = row0.KroneckerProduct(Matrix<double>.Build.DenseIdentity(3));
        Matrix<double> expected = map * full * map.Transpose();
        Vector<double> along = classes.Deviations(row0).Row(0);
        Matrix<double> turned = classes.Along(Matrix<double>.Build.DenseOfDiagonalVector(along));
        Matrix<double> covarianceOfOutputs = turned.TransposeThisAndMultiply(turned);
        Assert.True((covarianceOfOutputs - expected).L2Norm() < 1e-10 * expected.L2Norm());
    }

    [Fact]
    public void A_table_has_intervals_and_scores_by_the_models_own_distribution()
    {
        (double[] x, double[] y) = Noisy(400);
        Table table = Table.OfNumbers([("x", x), ("y", y)]);
        var options = new TableTrainingOptions { Target = "y", Intervals = IntervalSource.Model };
        Trained<LearnedTable> trained =
            LearnedTable.Train(table, null, options, Small(NetworkUncertainty.Ensemble));
        Assert.Equal(0, trained.Model.CalibrationCount);
        Assert.InRange(trained.Coverage!.Value, 0.75, 1.0);

        // The entropy of the noise, ½ ln(2πe σ²), is the least that any prediction can have on average.
        double least = 0.5 * Math.Log(2.0 * Math.PI * Math.E) + 0.5 * (Math.Log(1.0) + Math.Log(5.0));
        Assert.InRange(trained.TestDistributions!.NegativeLogLikelihood, least - 0.4, least + 0.4);
        FilePredictions found = trained.Model.PredictTable(table);
        Assert.Equal(400, found.Intervals.Count);
        Assert.All(found.Intervals.Zip(found.Values), pair =>
            Assert.InRange(pair.Second[0], pair.First.Lower, pair.First.Upper));
        Assert.Contains("does not tell how sure", Assert.Throws<ArgumentException>(() => LearnedTable.Train(
            table, null, options, new TreesLearner())).Message, StringComparison.Ordinal);
        Trained<LearnedTable> none = LearnedTable.Train(
            table, null, options with { Intervals = IntervalSource.None }, new LinearLearner());
        Assert.Null(none.Coverage);
        Assert.Empty(none.Model.PredictTable(table).Intervals);
        Assert.Throws<InvalidOperationException>(() => none.Model.Distributions(table));
    }

    [Fact]
    public void Distance_in_features_is_mahalanobis_to_the_nearest_class()
    {
        Matrix<double> features = Matrix<double>.Build.DenseOfRowArrays(
            [1.0, 0.0], [-1.0, 0.0], [0.0, 2.0], [0.0, -2.0], [11.0, 0.0], [9.0, 0.0], [10.0, 2.0], [10.0, -2.0]);
        var distance = FeatureDistance.Of(features, [0, 0, 0, 0, 1, 1, 1, 1]);
        double[] found = distance.Score(Matrix<double>.Build.DenseOfRowArrays([0.0, 0.0], [3.0, 0.0], [10.0, 4.0]));

        // Within the classes the variances are ½ and 2; a thousandth of their mean is added.
        Assert.Equal(0.0, found[0], 1e-12);
        Assert.Equal(3.0 / Math.Sqrt(0.5 + 1.25e-3), found[1], 1e-9);
        Assert.Equal(4.0 / Math.Sqrt(2.0 + 1.25e-3), found[2], 1e-9);
        Assert.Throws<ArgumentException>(() => distance.Score(Matrix<double>.Build.Dense(1, 3)));
        Assert.Throws<ArgumentException>(() => FeatureDistance.Of(features, [0, 1]));
        double[] whole = [.. found, .. distance.Score(features)];
        Assert.Equal(1.0, Scores.RocAuc(
            [.. whole.Select(each => (double[])[-each, each])], [.. whole.Select(each => each > 2.0 ? 1 : 0)]));
    }
}
