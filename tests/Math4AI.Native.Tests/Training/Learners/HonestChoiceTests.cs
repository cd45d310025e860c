using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Training.Learners;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Training.Learners;

/// <summary>
/// What a comparison says of a learner is what it is worth on fresh samples: its choice of settings is part of it.
/// </summary>
public class HonestChoiceTests
{
    private const int Inputs = 6;

    /// <summary>
    /// A line through six inputs with noise of variance 1, or its sign; and the loss of who knows the law, which is the
    /// luck of the draw.
    /// </summary>
    private static (LearnerSamples Samples, double Least) Draw(int rows, bool areClasses, Random random)
    {
        double Normal() => MathNet.Numerics.Distributions.Normal.Sample(random, 0.0, 1.0);
        var inputs = Matrix<double>.Build.Dense(rows, Inputs, (_, _) => Normal());
        Vector<double> law = 0.5 * inputs.RowSums();
        Vector<double> noise = Vector<double>.Build.Dense(rows, _ => Normal());
        Vector<double> targets = law + noise;
        return areClasses
            ? (LearnerSamples.Of(inputs, [.. targets.Select(y => y > 0.0 ? 1 : 0)], 2),
                law.Zip(targets, (at, y) => -Math.Log(MathNet.Numerics.Distributions.Normal.CDF(
                    0.0, 1.0, y > 0.0 ? at : -at))).Average())
            : (LearnerSamples.Of(inputs, targets), noise.Average(each => each * each));
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(0)]
    public void A_choice_that_the_held_samples_had_a_part_in_flatters_and_one_made_anew_does_not(int repeated)
    {
        // Nothing tells the target. Of 200 inputs that are noise, the one that suits 40 samples best suits those that
        // were held too, where it was chosen from all: on fresh samples it costs more than 1, the variance.
        const int Tables = 30, Rows = 40, Noise = 200;
        var random = new Random(5);
        double[] gaps = new double[Tables];
        for (int table = 0; table < Tables; table++)
        {
            var samples = LearnerSamples.Of(
                Matrix<double>.Build.Dense(Rows, Noise, (_, _) => Normal.Sample(random, 0.0, 1.0)),
                Vector<double>.Build.Dense(Rows, _ => Normal.Sample(random, 0.0, 1.0)));
            LearnerChoice choice = new AutoLearner
            {
                Candidates = [new OneInput(null)],
                MaxRepeatedSamples = repeated,
                Seed = table,
            }.Choose(samples);
            LearnerSamples taught = FourFifths(samples);
            var fit = (OneInput.Slope)new OneInput(null).Choose(taught).Learner.Fit(taught);

            // E (y − b x)² = 1 + b² where y and x are independent, of variance 1.
            gaps[table] = Math.Pow(choice.Comparison[0].Loss!.Value, 2.0) - (1.0 + fit.Value * fit.Value);
        }

        (double mean, double error) = MeanOf(gaps);
        if (repeated == 0)
        {
            Assert.True(mean < -4.0 * error, $"{mean} ± {error}");
        }
        else
        {
            Assert.True(Math.Abs(mean) < 2.0 * error, $"{mean} ± {error}");
        }
    }

    [Theory]
    [InlineData("linear", 40, 24)]
    [InlineData("ridge", 30, 6)]
    public void What_cross_validation_says_of_a_learner_holds_for_fresh_samples(string name, int rows, int tables)
    {
        double[] gaps = Gaps(name, areClasses: false, rows, tables, 1000);
        (double mean, double error) = MeanOf(gaps);
        Assert.True(Math.Abs(mean) < 2.0 * error, $"{mean} ± {error}");
    }

    [Theory(Explicit = true)]
    [Trait("Check", "choice")]
    [InlineData("linear", false, 64)]
    [InlineData("linear", true, 64)]
    [InlineData("trees", false, 64)]
    [InlineData("trees", true, 64)]
    [InlineData("ridge", false, 64)]
    [InlineData("svm", true, 64)]
    [InlineData("gp", false, 64)]
    [InlineData("network", false, 16)]
    [InlineData("network", true, 16)]
    public void Every_learner_of_the_comparison_is_worth_what_it_says(string name, bool areClasses, int tables)
    {
        // One of nine is beyond three standard errors in 1 of 40 runs, and beyond two in a third of them.
        const int Rows = 50, MaxErrors = 3;
        (double mean, double error) = MeanOf(Gaps(name, areClasses, Rows, tables, 1000));
        (double before, double errorBefore) = MeanOf(Gaps(name, areClasses, Rows, tables, 0));
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{name}{(areClasses ? ", classes" : string.Empty)}: loss within the samples less that of fresh ones "
            + $"{mean:0.000} ± {error:0.000}; with settings of all samples {before:0.000} ± {errorBefore:0.000}");
        Assert.True(Math.Abs(mean) < MaxErrors * error, $"{mean} ± {error}");
    }

    /// <summary>
    /// The loss that the comparison says, less what the models of its parts lose on fresh samples, table by table; both
    /// beyond the loss of who knows the law, so that lucky draws are no gap.
    /// </summary>
    private static double[] Gaps(string name, bool areClasses, int rows, int tables, int repeated)
    {
        const int Fresh = 2000;
        var random = new Random(1);
        return [.. Enumerable.Range(0, tables).Select(table =>
        {
            (LearnerSamples samples, double least) = Draw(rows, areClasses, random);
            (LearnerSamples fresh, double leastOfFresh) = Draw(Fresh, areClasses, random);
            var losses = new List<double>();
            LearnerChoice choice = new AutoLearner
            {
                Candidates =
                [
                    new Watched(LearnerNames.Make(name, new LearnerSettings(null, table + 1)), fresh, losses.Add),
                ],
                MaxRepeatedSamples = repeated,
                Seed = table + 1,
            }.Choose(samples);
            ComparedLearner said = choice.Comparison[0];
            Assert.Null(said.LeftOut);
            Assert.Equal(5, losses.Count);
            double loss = areClasses ? said.Loss!.Value : Math.Pow(said.Loss!.Value, 2.0);
            return loss - least - (losses.Average() - leastOfFresh);
        })];
    }

    /// <summary>As many samples as a learner has in each part of the comparison.</summary>
    private static LearnerSamples FourFifths(LearnerSamples samples) =>
        samples.Select([.. Enumerable.Range(0, samples.Inputs.RowCount * 4 / 5)]);

    private static (double Mean, double Error) MeanOf(double[] values)
    {
        double mean = values.Average();
        return (mean, Math.Sqrt(values.Sum(value => (value - mean) * (value - mean))
            / ((values.Length - 1.0) * values.Length)));
    }

    /// <summary>Another learner, each of whose models is asked for fresh samples.</summary>
    private sealed record Watched(Learner Inner, LearnerSamples Fresh, Action<double> Tell) : Learner
    {
        public override string ToString() => Inner.ToString();

        public override LearnerChoice Choose(
            LearnerSamples training, IProgress<LearnerProgress>? progress = null,
            CancellationToken cancellation = default) =>
            new(this with { Inner = Inner.Choose(training, progress, cancellation).Learner }, null);

        public override IRowPredictor Fit(LearnerSamples training, CancellationToken cancellation = default)
        {
            IRowPredictor fit = Inner.Fit(training, cancellation);
            Matrix<double> found = fit.PredictRows(Fresh.Inputs).Values;
            Tell(Enumerable.Range(0, Fresh.Inputs.RowCount).Average(i => Fresh.Classes is { } classes
                ? -Math.Log(Math.Max(1e-12, found[i, classes[i]]))
                : Math.Pow(found[i, 0] - Fresh.Targets![i], 2.0)));
            return fit;
        }
    }

    /// <summary>A line without a constant through the one input that leaves the least squares.</summary>
    private sealed record OneInput(int? Chosen) : Learner
    {
        public override string ToString() => "one input";

        public override LearnerChoice Choose(
            LearnerSamples training, IProgress<LearnerProgress>? progress = null,
            CancellationToken cancellation = default) =>
            new(new OneInput(Enumerable.Range(0, training.Inputs.ColumnCount).MaxBy(input =>
                Math.Abs(training.Inputs.Column(input) * training.Targets!)
                    / training.Inputs.Column(input).L2Norm())), null);

        public override IRowPredictor Fit(LearnerSamples training, CancellationToken cancellation = default)
        {
            Vector<double> input = training.Inputs.Column(Chosen!.Value);
            return new Slope(Chosen.Value, input * training.Targets! / (input * input));
        }

        public sealed class Slope(int input, double value) : IRowPredictor
        {
            public double Value => value;

            public RowPredictions PredictRows(Matrix<double> inputs) =>
                new((value * inputs.Column(input)).ToColumnMatrix());

            public void Save(string folder, FileTransaction files) => throw new NotSupportedException();
        }
    }
}
