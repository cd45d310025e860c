using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Probability.Forecasts;
using Math4AI.Training.Learners;
using Math4AI.Training.Learners.Uncertain;
using Math4AI.Training.Networks;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Tests.Training.Learners;

[Collection(TorchGenerator.Name)]
public sealed class NetworkErrorTests : TemporaryFolder
{
    private static NetworkLearner Small(NetworkUncertainty way) =>
        new() { Uncertainty = way, Hidden = [16], Unit = HiddenUnit.Tanh, Steps = 600, WeightDecay = 0.01 };

    private static Matrix<double> At(params double[] x) => Matrix<double>.Build.DenseOfColumnArrays(x);

    private static LearnerSamples Samples(int count, Func<MersenneTwister, double, double> of)
    {
        var random = new MersenneTwister(11, threadSafe: false);
        double[] x = [.. Enumerable.Range(0, count).Select(_ => 2.0 * random.NextDouble() - 1.0)];
        return LearnerSamples.Of(
            At(x), Vector<double>.Build.DenseOfArray(Array.ConvertAll(x, each => of(random, each))));
    }

    /// <summary>e³ˣ, from 0.05 to 20 where x goes from −1 to 1, with noise of 2 % of it.</summary>
    private static LearnerSamples Rising(int count) => Samples(
        count, (random, x) => Math.Exp(3.0 * x) * (1.0 + Normal.Sample(random, 0.0, 0.02)));

    [Theory]
    [InlineData(NetworkUncertainty.Ensemble)]
    [InlineData(NetworkUncertainty.Dropout)]
    [InlineData(NetworkUncertainty.Laplace)]
    public void Errors_have_long_tails_in_every_way_where_those_of_unseen_samples_have_them(NetworkUncertainty way)
    {
        double TailOf(Func<MersenneTwister, double> error)
        {
            var fit = (IUncertainPredictor)Small(way).Fit(Samples(300, (random, x) => x + 0.2 * error(random)));
            PredictiveDistribution found = fit.Distributions(At(0.3))[0];
            return found.Quantile(0.995) - found.Mean is var far && found.Quantile(0.84) - found.Mean is var near
                ? far / near
                : double.NaN;
        }

        // 2.59 of normal errors, 2.8 of 20 degrees of freedom, 4.9 of 3.
        Assert.InRange(TailOf(random => Normal.Sample(random, 0.0, 1.0)), 2.5, 3.0);
        Assert.InRange(TailOf(random => StudentT.Sample(random, 0.0, 1.0, 2.5)), 3.4, 6.5);
    }

    [Theory]
    [InlineData(NetworkUncertainty.Ensemble)]
    [InlineData(NetworkUncertainty.Dropout)]
    [InlineData(NetworkUncertainty.Laplace)]
    public void What_learns_the_logarithm_knows_small_numbers_as_well_as_large_ones(NetworkUncertainty way)
    {
        NetworkLearner learner = Small(way) with { LearnsLogarithm = true };
        LearnerSamples samples = Rising(200);
        var fit = (IUncertainPredictor)learner.Fit(samples);
        double[] at = [-0.8, 0.0, 0.8];
        IReadOnlyList<PredictiveDistribution> found = fit.Distributions(At(at));
        double share = way == NetworkUncertainty.Dropout ? 0.3 : 0.1;
        Assert.All(found.Zip(at), pair =>
        {
            Assert.Equal(1.0, pair.First.Mean / Math.Exp(3.0 * pair.Second), share);
            Assert.InRange(pair.First.Deviation / pair.First.Mean, 0.01, share);
        });

        // Far outside it stays finite, and knows less of what it says.
        Assert.All(fit.Distributions(At(-50.0, 50.0)), each => Assert.True(each.Mean > 0.0 && each.Deviation < 1e9));
        using (var files = new FileTransaction())
        {
            fit.Save(In("model"), files);
            files.Commit();
        }

        var read = (IUncertainPredictor)ModelFolder.Open(In("model"));
        Assert.Equal(fit.PredictRows(At(at)).Values, read.PredictRows(At(at)).Values);
        Assert.Equal(fit.PredictRows(At(at)).Deviations, read.PredictRows(At(at)).Deviations);
    }

    [Fact]
    public void The_logarithm_is_learned_where_errors_of_unseen_samples_are_more_probable_by_it()
    {
        NetworkLearner open = Small(NetworkUncertainty.Laplace) with { Steps = null };
        NetworkLearner Chosen(LearnerSamples samples) => (NetworkLearner)open.Choose(samples).Learner;
        Assert.True(Chosen(Rising(100)).LearnsLogarithm);

        // A line with the same noise everywhere, whose ends differ as much.
        Assert.False(Chosen(Samples(100, (random, x) => 21.0 + 20.0 * x + Normal.Sample(random, 0.0, 0.2)))
            .LearnsLogarithm);

        // Nothing is chosen where there is no logarithm, or where it is nearly a line.
        Assert.Null(Chosen(Samples(60, (_, x) => x)).LearnsLogarithm);
        Assert.Null(Chosen(Samples(60, (_, x) => 2.0 + x)).LearnsLogarithm);
    }

    [Fact]
    public void A_logarithm_that_is_not_there_is_refused()
    {
        NetworkLearner learner = Small(NetworkUncertainty.Ensemble) with { LearnsLogarithm = true };
        Assert.Contains("all more than 0", Assert.Throws<ArgumentException>(
            () => learner.Fit(Samples(60, (_, x) => x))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(
            () => (learner with { Steps = null }).Choose(Samples(60, (_, x) => x)));
        Assert.Throws<ArgumentException>(
            () => (learner with { Uncertainty = NetworkUncertainty.None }).Fit(Rising(60)));
    }
}
