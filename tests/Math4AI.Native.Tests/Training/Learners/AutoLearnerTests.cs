using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Training.Learners;
using Math4AI.Training.Learners.Combined;
using Math4AI.Training.Learners.Trees;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Training.Learners;

public class AutoLearnerTests : TemporaryFolder
{
    private static LearnerSamples Numbers(int rows, Func<double, double, double> law, int seed = 1)
    {
        var random = new Random(seed);
        var inputs = Matrix<double>.Build.Dense(rows, 2, (_, _) => 2.0 * random.NextDouble() - 1.0);
        return LearnerSamples.Of(inputs, Vector<double>.Build.Dense(
            rows, i => law(inputs[i, 0], inputs[i, 1]) + 0.1 * (random.NextDouble() - 0.5)));
    }

    private static LearnerSamples Classes(int rows, int classes, int seed = 1)
    {
        var random = new Random(seed);
        var inputs = Matrix<double>.Build.Dense(rows, 2, (_, _) => 2.0 * random.NextDouble() - 1.0);
        return LearnerSamples.Of(
            inputs,
            [.. Enumerable.Range(0, rows).Select(i => random.NextDouble() < 0.1
                ? random.Next(classes)
                : (int)Math.Clamp(classes * (inputs[i, 0] + 1.0) / 2.0, 0, classes - 1))],
            classes);
    }

    [Fact]
    public void A_linear_model_of_classes_ends_where_its_gradient_vanishes()
    {
        const double Penalty = 0.3;
        LearnerSamples samples = Classes(200, 3);
        var fit = (LinearPredictor)new LinearLearner { Penalty = Penalty }.Fit(samples);
        Matrix<double> rest = fit.PredictRows(samples.Inputs).Values.MapIndexed(
            (i, j, p) => p - (samples.Classes![i] == j ? 1.0 : 0.0), Zeros.Include);
        Matrix<double> gradient = samples.Inputs.TransposeThisAndMultiply(rest) + Penalty * fit.Weights;
        Assert.True(gradient.Enumerate().Max(Math.Abs) / 200 < 2e-6);
        Assert.True(rest.ColumnSums().Enumerate().Max(Math.Abs) / 200 < 2e-6);
    }

    [Fact]
    public void A_linear_model_of_numbers_solves_its_normal_equations()
    {
        const double Penalty = 2.0;
        LearnerSamples samples = Numbers(100, (x, z) => 3.0 * x - 2.0 * z + 1.0);
        var fit = (LinearPredictor)new LinearLearner { Penalty = Penalty }.Fit(samples);
        Vector<double> rest = samples.Targets! - fit.PredictRows(samples.Inputs).Values.Column(0);
        Assert.Equal(0.0, rest.Sum(), 1e-10);
        Vector<double> gradient = samples.Inputs.TransposeThisAndMultiply(rest) - Penalty * fit.Weights.Column(0);
        Assert.True(gradient.Enumerate().Max(Math.Abs) < 1e-10);
        var constant = (LinearPredictor)new LinearLearner { IsConstant = true }.Fit(samples);
        Assert.Equal(samples.Targets!.Average(), constant.PredictRows(samples.Inputs).Values[7, 0], 1e-12);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(3)]
    public void Trees_predict_what_the_library_that_grew_them_predicts_and_the_same_from_a_folder(int classes)
    {
        Assert.SkipUnless(TreesLearner.IsAvailable, "LightGBM's library does not load here.");
        LearnerSamples samples = classes == 0
            ? Numbers(300, (x, z) => 1000.0 + Math.Sin(3.0 * x) * z)
            : Classes(300, classes);
        var learner = new TreesLearner { Rounds = 40, Leaves = 7 };
        using var growing = new BoostedTrees(samples, null, learner);
        for (int round = 0; round < 40; round++)
        {
            growing.Step();
        }

        double[] expected = growing.Predict(samples);
        var fit = (TreesFit)learner.Fit(samples);
        Matrix<double> found = fit.PredictRows(samples.Inputs).Values;
        double center = classes == 0 ? samples.Targets!.Average() : 0.0;
        double scale = classes == 0
            ? Math.Sqrt(samples.Targets!.Average(y => (y - center) * (y - center)))
            : 1.0;
        int outputs = classes > 2 ? classes : 1;
        for (int i = 0; i < expected.Length; i++)
        {
            double value = found[i / outputs, classes == 2 ? 1 : i % outputs];
            Assert.Equal(center + scale * expected[i], value, 1e-10 * Math.Max(1.0, Math.Abs(center)));
        }

        Assert.Equal(found, Saved(fit).PredictRows(samples.Inputs).Values);
        Assert.Equal(found, learner.Fit(samples).PredictRows(samples.Inputs).Values);
    }

    [Fact]
    public void Trees_keep_the_direction_that_they_are_told()
    {
        Assert.SkipUnless(TreesLearner.IsAvailable, "LightGBM's library does not load here.");
        LearnerSamples samples = Numbers(300, (x, z) => x + 0.5 * Math.Sin(6.0 * x) - z);
        var learner = new TreesLearner { Rounds = 60, Leaves = 8 };
        var line = Matrix<double>.Build.Dense(101, 2, (i, j) => j == 0 ? 0.02 * i - 1.0 : 0.3);
        int Falls(TreesLearner of)
        {
            Vector<double> found = of.Fit(samples).PredictRows(line).Values.Column(0);
            return Enumerable.Range(1, 100).Count(i => found[i] < found[i - 1]);
        }

        Assert.True(Falls(learner) > 0);
        Assert.Equal(0, Falls(learner with { Monotone = [1, 0] }));
        Assert.Throws<ArgumentException>(() => (learner with { Monotone = [1] }).Fit(samples));
    }

    [Fact]
    public void Trees_that_do_not_hang_together_are_refused()
    {
        Assert.SkipUnless(TreesLearner.IsAvailable, "LightGBM's library does not load here.");
        LearnerSamples samples = Numbers(100, (x, z) => x * z);
        Saved(new TreesLearner { Rounds = 3, Leaves = 4 }.Fit(samples));
        foreach ((string name, double value)
            in new[] { ("left", 0.0), ("right", 99.0), ("left", -99.0), ("features", 2.0) })
        {
            var arrays = new ModelArrays();
            var read = ModelArrays.Read(In("model"));
            foreach (string each in read.Names)
            {
                double[] values = [.. read.Vector(each)];
                values[0] = each == name ? value : values[0];
                arrays.Add(each, values);
            }

            using var files = new FileTransaction(true);
            ModelFolder.Write(
                In("wrong"), files, TreesFit.Kind, new SavedTrees(2, 0),
                Math4AI.Training.Files.ModelJson.Default.SavedTrees,
                arrays.All);
            files.Commit();
            Assert.Throws<InvalidDataException>(() => TreesFit.Load(In("wrong")));
        }
    }

    [Fact]
    public void Every_law_is_left_to_the_learner_that_suits_it()
    {
        var random = new Random(3);
        LearnerSamples line = Numbers(150, (x, z) => 3.0 * x - 2.0 * z);
        LearnerChoice choice = new AutoLearner
        {
            Candidates =
            [
                new LinearLearner { IsConstant = true }, new LinearLearner(),
                new RidgeLearner { Gamma = 1.0, Penalty = 1.0 },
                new SupportVectorLearner { Gamma = 1.0, Penalty = 1.0 },
            ],
        }.Choose(line);
        Assert.StartsWith("linear", choice.Learner.ToString(), StringComparison.Ordinal);
        Assert.Equal(
            ["constant", "linear", "kernel ridge", "svm", "stack"], choice.Comparison.Select(each => each.Name));
        Assert.Equal("linear", Assert.Single(choice.Comparison, each => each.IsKept).Name);
        Assert.All(choice.Comparison, each => Assert.True(each.Loss > 0.0 && each.Error > 0.0));

        // The noise is uniform and 0.1 wide, of deviation 0.0289: nothing predicts better.
        Assert.InRange(choice.Comparison[1].Loss!.Value, 0.025, 0.033);

        // A target that nothing tells is left to the constant, up to chance.
        var inputs = Matrix<double>.Build.Dense(120, 2, (_, _) => random.NextDouble());
        var noise = LearnerSamples.Of(inputs, Vector<double>.Build.Dense(120, _ => random.NextDouble()));
        LearnerChoice ofNoise = new AutoLearner().Choose(noise);
        Assert.True(ofNoise.Comparison.Min(each => each.Loss) > 0.95 * ofNoise.Comparison[0].Loss);
    }

    [Fact]
    public void Without_time_two_learners_are_compared_and_it_is_said_what_was_left_out()
    {
        IReadOnlyList<ComparedLearner> comparison =
            new AutoLearner { MaxTime = TimeSpan.Zero }.Choose(Classes(60, 2)).Comparison;
        Assert.All(comparison.Take(2), each => Assert.NotNull(each.Loss));
        Assert.Contains(
            "does not fit into the 0 s of a comparison", comparison[2].LeftOut ?? string.Empty,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_slow_learner_leaves_half_of_the_time_to_those_that_follow()
    {
        IReadOnlyList<ComparedLearner> comparison = new AutoLearner
        {
            Candidates = [new LinearLearner { IsConstant = true }, new LinearLearner(), new Endless(),
                new RidgeLearner()],
            MaxTime = TimeSpan.FromSeconds(8.0),
        }.Choose(Numbers(80, (x, z) => 3.0 * x - 2.0 * z)).Comparison;
        Assert.Contains("does not fit into the 8 s", comparison[2].LeftOut ?? string.Empty, StringComparison.Ordinal);
        Assert.NotNull(comparison[3].Loss);
    }

    [Theory]
    [InlineData(10, "constant, linear, trees, svm, network")]
    [InlineData(11, "constant, linear, svm, network, trees")]
    public void Trees_come_last_where_a_round_has_one_for_each_of_many_classes(int classes, string names)
    {
        LearnerChoice choice = new AutoLearner { MaxTime = TimeSpan.Zero }.Choose(Classes(220, classes));
        Assert.Equal(names, string.Join(", ", choice.Comparison.Take(5).Select(each => each.Name)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void Networks_learn_what_no_line_tells_and_are_the_same_from_a_folder(int classes)
    {
        Assert.SkipUnless(NetworkLearner.IsAvailable, "Torch does not load here.");
        var random = new Random(6);
        var inputs = Matrix<double>.Build.Dense(240, 2, (_, _) => 2.0 * random.NextDouble() - 1.0);
        double Law(int i) => inputs[i, 0] * inputs[i, 1];
        LearnerSamples samples = classes == 0
            ? LearnerSamples.Of(inputs, Vector<double>.Build.Dense(240, i => 50.0 + 10.0 * Law(i)))
            : LearnerSamples.Of(
                inputs, [.. Enumerable.Range(0, 240).Select(i => Law(i) < -0.1 ? 0 : Law(i) < 0.1 ? 1 : 2)], classes);
        LearnerChoice choice = new AutoLearner
        {
            Candidates =
                [new LinearLearner { Penalty = 1.0 }, new NetworkLearner { Hidden = [32], WeightDecay = 0.01 }],
        }.Choose(samples);
        Assert.True(choice.Comparison[1].Loss < 0.5 * choice.Comparison[0].Loss);
        IRowPredictor fit = choice.Learner.Fit(samples);
        Matrix<double> found = fit.PredictRows(inputs).Values;
        Assert.Equal(found, Saved(fit).PredictRows(inputs).Values);
        Assert.Equal(found, choice.Learner.Fit(samples).PredictRows(inputs).Values);
        if (classes > 0)
        {
            Assert.All(found.RowSums(), sum => Assert.Equal(1.0, sum, 1e-12));
        }
    }

    [Fact]
    public void A_stack_is_the_weighted_mean_and_is_kept_where_it_surpasses_each_of_its_models()
    {
        // The law is the sum of what either learner alone sees of it.
        LearnerSamples samples = Numbers(300, (x, z) => 2.0 * x + Math.Sign(Math.Sin(8.0 * z)));
        LearnerChoice choice = new AutoLearner
        {
            Candidates = [new First(0), new First(1)],
        }.Choose(samples);
        var stack = Assert.IsType<StackedLearner>(choice.Learner);
        Assert.Equal(1.0, stack.Weights.Sum(), 1e-12);
        Assert.Equal("stack", choice.Comparison[^1].Name);
        Assert.True(choice.Comparison[^1].Loss < choice.Comparison.Take(2).Min(each => each.Loss));
        var fit = (StackedFit)stack.Fit(samples);
        Matrix<double> mean = fit.Models.Zip(fit.Weights, (model, weight) =>
            weight * model.PredictRows(samples.Inputs).Values).Aggregate((a, b) => a + b);
        Assert.Equal(mean, fit.PredictRows(samples.Inputs).Values);
    }

    [Fact]
    public void A_comparison_that_is_stopped_keeps_its_best_and_one_of_the_same_names_repeats_it()
    {
        LearnerSamples samples = Numbers(80, (x, z) => 3.0 * x - 2.0 * z);
        using var stop = new CancellationTokenSource();
        var auto = new AutoLearner
        {
            Candidates = [new LinearLearner { IsConstant = true }, new LinearLearner(), new Stopping(stop),
                new RidgeLearner()],
        };
        LearnerChoice choice = auto.Choose(samples, null, stop.Token);
        Assert.StartsWith("linear", choice.Learner.ToString(), StringComparison.Ordinal);
        Assert.Equal(
            [null, null, "the comparison was stopped", "the comparison was stopped", null],
            choice.Comparison.Select(each => each.LeftOut));
        LearnerChoice again = auto.Again(choice).Choose(samples);
        Assert.Equal(choice.Comparison.Select(each => each.Loss), again.Comparison.Select(each => each.Loss));
        Assert.Throws<OperationCanceledException>(() => auto.Choose(samples, null, stop.Token));
    }

    [Fact]
    public void What_needs_more_memory_than_may_be_used_is_left_out_aloud()
    {
        LearnerChoice choice = new AutoLearner
        {
            Candidates = [new LinearLearner { Penalty = 1.0 }, new RidgeLearner { Gamma = 1.0, Penalty = 1.0 }],
            MaxMemory = 1000,
        }.Choose(Numbers(50, (x, z) => x * z));
        Assert.Contains("may be used", choice.Comparison[1].LeftOut, StringComparison.Ordinal);
        Assert.Equal("linear", Assert.Single(choice.Comparison, each => each.IsKept).Name);
    }

    [Fact]
    public void Groups_stay_together_in_cross_validation()
    {
        int[] groups = [.. Enumerable.Range(0, 60).Select(i => i / 7)];
        var folds = new Folds(Numbers(60, (x, z) => x).InGroups(groups), seed: 1);
        Assert.Equal(60, Enumerable.Range(0, folds.Count).Sum(part => folds.Rows(part).Count));
        Assert.All(groups.Distinct(), group => Assert.Single(
            Enumerable.Range(0, folds.Count), part => folds.Rows(part).Any(row => groups[row] == group)));
    }

    /// <summary>A line through one of the inputs alone.</summary>
    private sealed record First(int Input) : Learner
    {
        public override string ToString() => $"input {Input}:";

        public override IRowPredictor Fit(LearnerSamples training, CancellationToken cancellation = default) =>
            new OfOne(
                new RidgeLearner { Gamma = 20.0, Penalty = 0.1 }.Fit(
                    LearnerSamples.Of(
                        training.Inputs.SubMatrix(0, training.Inputs.RowCount, Input, 1), training.Targets!),
                    cancellation),
                Input);

        private sealed class OfOne(IRowPredictor inner, int input) : IRowPredictor
        {
            public RowPredictions PredictRows(Matrix<double> inputs) =>
                inner.PredictRows(inputs.SubMatrix(0, inputs.RowCount, input, 1));

            public void Save(string folder, FileTransaction files) => throw new NotSupportedException();
        }
    }

    /// <summary>A learner during which the user stops the comparison.</summary>
    private sealed record Endless : Learner
    {
        public override string ToString() => "endless";

        public override IRowPredictor Fit(LearnerSamples training, CancellationToken cancellation = default)
        {
            cancellation.WaitHandle.WaitOne();
            throw new OperationCanceledException(cancellation);
        }
    }

    private sealed record Stopping(CancellationTokenSource Source) : Learner
    {
        public override string ToString() => "stopping";

        public override IRowPredictor Fit(LearnerSamples training, CancellationToken cancellation = default)
        {
            Source.Cancel();
            cancellation.ThrowIfCancellationRequested();
            throw new InvalidOperationException();
        }
    }

    private IRowPredictor Saved(IRowPredictor model)
    {
        using var files = new FileTransaction(true);
        model.Save(In("model"), files);
        files.Commit();
        return (IRowPredictor)ModelFolder.Open(In("model"));
    }
}
