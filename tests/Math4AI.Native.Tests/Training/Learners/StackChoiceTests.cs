using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Training.Learners;
using Math4AI.Training.Learners.Combined;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Training.Learners;

/// <summary>What is kept where learners cannot be told apart, and where probabilities mislead the comparison.</summary>
public class StackChoiceTests : TemporaryFolder
{
    private const double Slope = 0.3;

    private static LearnerSamples Noise(int rows, int seed)
    {
        var random = new Random(seed);
        return LearnerSamples.Of(
            Matrix<double>.Build.Dense(rows, 2, (_, _) => Normal.Sample(random, 0.0, 1.0)),
            Vector<double>.Build.Dense(rows, _ => Normal.Sample(random, 0.0, 1.0)));
    }

    /// <summary>The likelier class has the larger first input: p = 1/(1 + e^(−4x)).</summary>
    private static LearnerSamples Classes(int rows, int seed)
    {
        var random = new Random(seed);
        var inputs = Matrix<double>.Build.Dense(rows, 2, (_, _) => Normal.Sample(random, 0.0, 1.0));
        return LearnerSamples.Of(
            inputs,
            [.. Enumerable.Range(0, rows).Select(
                i => random.NextDouble() < 1.0 / (1.0 + Math.Exp(-4.0 * inputs[i, 0])) ? 1 : 0)],
            2);
    }

    [Fact]
    public void Of_learners_that_cannot_be_told_apart_no_one_is_kept_for_the_luck_of_the_samples()
    {
        // Nothing tells the target. Each learner predicts 0.3 times an input of its own, which costs 0.09 on new
        // samples; with the weights w and 1 − w they cost 0.09 (w² + (1 − w)²), of which 0.045 is the least.
        const int Tables = 40, Rows = 150;
        double[] costs = new double[Tables];
        int stacks = 0;
        for (int table = 0; table < Tables; table++)
        {
            LearnerChoice choice = new AutoLearner
            {
                Candidates = [new Along(0), new Along(1)],
                Seed = table + 1,
            }.Choose(Noise(Rows, table));
            double[] weights = choice.Learner is StackedLearner { Weights: var found } ? [.. found] : [1.0];
            stacks += choice.Learner is StackedLearner ? 1 : 0;
            costs[table] = Slope * Slope * weights.Sum(weight => weight * weight);
        }

        Assert.True(stacks > Tables / 2, $"{stacks} stacks");
        Assert.True(costs.Average() < 0.75 * Slope * Slope, $"{costs.Average()}");
    }

    [Fact]
    public void One_learner_that_is_surely_better_is_kept_alone_and_the_stack_says_what_it_had_to_surpass()
    {
        LearnerSamples samples = Noise(200, 1);
        var line = LearnerSamples.Of(samples.Inputs, 5.0 * samples.Inputs.Column(0) + 0.1 * samples.Targets!);
        LearnerChoice choice = new AutoLearner
        {
            Candidates = [new LinearLearner { IsConstant = true }, new LinearLearner { Penalty = 1e-3 }],
        }.Choose(line);
        Assert.Equal("linear", Assert.Single(choice.Comparison, each => each.IsKept).Name);
        Assert.Equal(choice.Comparison[1].Loss!.Value, choice.Comparison[2].BestLoss!.Value, 1e-12);
        Assert.Equal(choice.Comparison[1].Loss!.Value, choice.Comparison[2].Loss!.Value, 1e-12);
        Assert.Null(choice.Comparison[0].BestLoss);
    }

    [Fact]
    public void Probabilities_are_brought_to_a_temperature_before_learners_are_compared()
    {
        // So sure are these that they cost more than the shares of the classes do: only at their temperature, 10, can
        // the comparison see that they are better.
        LearnerSamples samples = Classes(400, 3);
        var constant = new LinearLearner { IsConstant = true };
        var sure = new TemperedLearner { Inner = new LinearLearner { Penalty = 1.0 }, Temperature = 0.1 };
        var auto = new AutoLearner { Candidates = [constant, new Named(sure)] };
        LearnerChoice choice = auto.Choose(samples);
        Assert.True(choice.Comparison[1].Loss > choice.Comparison[0].Loss);
        Assert.Equal(
            ["constant", "sure", "temperature", "stack"], choice.Comparison.Select(each => each.Name));
        ComparedLearner kept = Assert.Single(choice.Comparison, each => each.IsKept);
        Assert.Equal("temperature", kept.Name);
        Assert.True(kept.Loss < choice.Comparison[0].Loss);
        Assert.Equal(10.0, Assert.IsType<TemperedLearner>(choice.Learner).Temperature, 3.0);

        LearnerChoice again = auto.Again(choice).Choose(samples);
        Assert.Equal(choice.Learner.ToString(), again.Learner.ToString());
        Assert.Equal(choice.Comparison.Select(each => each.Loss), again.Comparison.Select(each => each.Loss));
        Assert.Equal(choice.Comparison.Select(each => each.BestLoss), again.Comparison.Select(each => each.BestLoss));
    }

    [Fact]
    public void A_stack_of_temperatures_at_a_temperature_is_the_same_from_a_folder()
    {
        LearnerSamples samples = Classes(80, 5);
        var linear = new LinearLearner { Penalty = 1.0 };
        IRowPredictor fit = new TemperedLearner
        {
            Inner = new StackedLearner
            {
                Learners = [new TemperedLearner { Inner = linear, Temperature = 2.0 }, linear],
                Weights = [0.25, 0.75],
            },
            Temperature = 0.5,
        }.Fit(samples);
        using (var files = new FileTransaction(true))
        {
            fit.Save(In("model"), files);
            files.Commit();
        }

        Assert.Equal(
            fit.PredictRows(samples.Inputs).Values,
            ((IRowPredictor)ModelFolder.Open(In("model"))).PredictRows(samples.Inputs).Values);
    }

    /// <summary>A share of one of the inputs, whatever the samples.</summary>
    private sealed record Along(int Input) : Learner
    {
        public override string ToString() => $"along {Input}";

        public override IRowPredictor Fit(LearnerSamples training, CancellationToken cancellation = default) =>
            new LinearPredictor(
                Matrix<double>.Build.Dense(2, 1, (i, _) => i == Input ? Slope : 0.0),
                Vector<double>.Build.Dense(1), areClasses: false);
    }

    /// <summary>Another learner by a name of its own.</summary>
    private sealed record Named(Learner Inner) : Learner
    {
        public override string ToString() => "sure";

        public override IRowPredictor Fit(LearnerSamples training, CancellationToken cancellation = default) =>
            Inner.Fit(training, cancellation);
    }
}
