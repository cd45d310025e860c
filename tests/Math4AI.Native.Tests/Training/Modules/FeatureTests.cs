using Math4AI.Data.Arrays;
using Math4AI.Data.Tables;
using Math4AI.Runtime;
using Math4AI.Training;
using Math4AI.Training.Files;
using Math4AI.Training.Optimizers;
using Math4AI.Training.Samples;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Math4AI.Tests.Training.Modules;

/// <summary>Groups, averages, callbacks, metrics, samplers and sources, each by a result that is known.</summary>
[Collection(TorchGenerator.Name)]
public sealed class FeatureTests : TemporaryFolder
{
    private const int N = 60;

    private readonly Tensor x;
    private readonly Tensor y;

    public FeatureTests()
    {
        Assert.True(Compute.HasTensors);
        random.manual_seed(1);
        (x, y) = (randn(N, 6), randint(0, 3, N));
    }

    private static TrainerOptions Descent => new()
    {
        Steps = 5,
        BatchSize = N,
        Optimizer = new Sgd { Momentum = 0.0 },
        Rate = 0.1,
        Schedule = Schedule.Constant,
        WeightDecay = 0.0,
        MaxGradientNorm = double.PositiveInfinity,
        RestoreBest = false,
    };

    [Fact]
    public void Groups_have_their_own_rate_and_decay_as_groups_of_torch_have()
    {
        var ours = (TorchSharp.Modules.Sequential)Net();
        var theirs = (TorchSharp.Modules.Sequential)Net();
        theirs.load_state_dict(ours.state_dict());
        Fit(ours, Descent with
        {
            WeightDecay = 0.3,
            DecayRule = (name, _) => name == "0.bias",
            Groups = [new ParameterGroup("2.*") { RateFactor = 0.25, WeightDecay = 0.2 }],
        });
        optim.Optimizer[] optimizers =
        [
            optim.SGD([theirs.get_parameter("0.weight")!], 0.1),
            optim.SGD([theirs.get_parameter("0.bias")!], 0.1, weight_decay: 0.3),
            optim.SGD([theirs.get_parameter("2.weight")!, theirs.get_parameter("2.bias")!], 0.025, weight_decay: 0.2),
        ];
        theirs.train();
        for (int i = 0; i < 5; i++)
        {
            theirs.zero_grad();
            F.cross_entropy(theirs.call(x), y).backward();
            Array.ForEach(optimizers, one => one.step());
        }

        AssertClose(StateOf.Floats(theirs), StateOf.Floats(ours), 1e-6);
    }

    [Fact]
    public void A_group_is_frozen_until_its_pass_and_for_ever_and_is_left_trainable()
    {
        foreach (int from in new[] { 3, ParameterGroup.Frozen })
        {
            nn.Module<Tensor, Tensor> net = Net();
            float[] before = [.. net.get_parameter("0.weight")!.data<float>()];
            var seen = new List<bool>();
            var watch = new Watch(
                onStep: _ => seen.Add(before.SequenceEqual(net.get_parameter("0.weight")!.data<float>().ToArray())));
            Fit(net, Descent with { Groups = [new ParameterGroup("0.*") { FromEpoch = from }], Callbacks = [watch] });
            Assert.Equal(Enumerable.Range(1, 5).Select(epoch => epoch < from), seen);
            Assert.All(net.parameters(), parameter => Assert.True(parameter.requires_grad));
        }

        Assert.Contains("0.weight, 0.bias", Assert.Throws<ArgumentException>(
            () => Fit(Net(), Descent with { Groups = [new ParameterGroup("encoder.*")] })).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Averages_of_weights_are_those_of_their_definition()
    {
        var path = new List<float[]>();
        Fit(Trainer.Create(Net, 5), Descent with
        {
            Callbacks = [new Watch(onStep: moment => path.Add([.. StateOf.Floats(moment.Module)]))],
        });
        nn.Module mean = Trainer.Create(Net, 5), moving = Trainer.Create(Net, 5);
        Fit(mean, Descent with { Average = WeightAverage.Mean(3) });
        AssertClose(
            path[2].Select((_, i) => (path[2][i] + path[3][i] + path[4][i]) / 3.0f), StateOf.Floats(mean), 1e-6);
        Fit(moving, Descent with { Average = WeightAverage.Exponential(0.2) });
        float[] average = path[0];
        for (int step = 2; step <= 5; step++)
        {
            float kept = (float)Math.Min(0.2, (1.0 + step) / (10.0 + step));
            average = [.. average.Select((value, i) => kept * value + (1.0f - kept) * path[step - 1][i])];
        }

        AssertClose(average, StateOf.Floats(moving), 1e-6);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Batch_norms_have_the_statistics_of_the_averaged_weights(bool isBest)
    {
        // Thirty steps at a high rate: the weights of the last step are far from their mean.
        var net = (TorchSharp.Modules.Sequential)Trainer.Create(
            () => nn.Sequential(nn.Linear(6, 8), nn.BatchNorm1d(8), nn.Dropout(0.5), nn.Linear(8, 3)), 5);
        Fit(net, Descent with
        {
            Steps = 30,
            BatchSize = N / 3,
            Rate = 0.5,
            RestoreBest = isBest,
            EvaluateEvery = 30,
            Average = WeightAverage.Mean(3),
        });
        var norm = (TorchSharp.Modules.BatchNorm1d)net[1];
        using (no_grad())
        {
            // The mean over three batches of their means and unbiased variances.
            Tensor[] hidden = [.. ((TorchSharp.Modules.Linear)net[0]).forward(x).chunk(3)];
            AssertClose(stack(hidden.Select(one => one.mean([0]))).mean([0]).data<float>(),
                norm.running_mean!.data<float>(), 1e-6);
            AssertClose(stack(hidden.Select(one => one.var(0))).mean([0]).data<float>(),
                norm.running_var!.data<float>(), 1e-5);
        }

        Assert.Equal(3L, norm.num_batches_tracked!.item<long>());
        Assert.Equal(0.1, norm.momentum);
    }

    [Fact]
    public void A_callback_hears_of_steps_passes_and_evaluations_and_can_stop()
    {
        var heard = new List<string>();
        var watch = new Watch(
            moment => heard.Add($"step {moment.Step}"),
            moment => heard.Add($"pass {moment.Epoch}"),
            moment =>
            {
                heard.Add($"evaluation {moment.History.Count}");
                if (moment.History.Count == 2)
                {
                    moment.Stop();
                }
            });
        TrainingResult result = Fit(Net(), Descent with { BatchSize = N / 2, Steps = 100, Callbacks = [watch] });
        Assert.Equal("step 1,step 2,evaluation 1,pass 1,step 3,step 4,evaluation 2,pass 2", string.Join(',', heard));
        Assert.Equal(4, result.Steps);
    }

    [Fact]
    public void A_metric_can_choose_the_best_weights()
    {
        TrainerOptions options = new()
        {
            Epochs = 30,
            BatchSize = 10,
            Metrics = new Dictionary<string, Func<Tensor, Tensor, Tensor>>
            {
                ["accuracy"] = (outputs, targets) => outputs.argmax(1).eq(targets).to_type(ScalarType.Float32).mean(),
            },
            Monitor = TrainingMonitor.Highest("accuracy"),
        };
        nn.Module<Tensor, Tensor> net = Net();
        TrainingResult result = Fit(net, options);
        Assert.Equal(result.History.Max(epoch => epoch.Metrics["accuracy"]),
            result.History[result.BestEpoch - 1].Metrics["accuracy"]);
        Assert.Equal(result.History[result.BestEpoch - 1].Metrics["accuracy"],
            net.call(x).argmax(1).eq(y).to_type(ScalarType.Float64).mean().item<double>(), 1e-6);
        Assert.Contains("no metric", Assert.Throws<InvalidOperationException>(
            () => Fit(Net(), options with { Monitor = TrainingMonitor.Lowest("f1") })).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_range_test_suggests_a_rate_that_trains_and_leaves_the_module_as_it_was()
    {
        nn.Module<Tensor, Tensor> net = Net();
        IReadOnlyDictionary<string, string> before = StateOf.Bits(net);
        RateSearch search =
            Trainer.FindRate(net, (a, b) => F.cross_entropy(a, b), new TensorData(x, y), new TrainerOptions
            {
                BatchSize = 20,
            });
        Assert.Equal(before, StateOf.Bits(net));
        Assert.Equal(search.Rates.Order(), search.Rates);
        Assert.InRange(search.Suggested, 1e-5, 1.0);
        Assert.True(Math.Abs(search.Rates[0] / 1e-7 - 1.0) < 1e-9);
    }

    [Fact]
    public void Samplers_take_what_they_promise()
    {
        const int Count = 120, Size = 12;
        long[] rows = new long[Count];
        foreach (Sampler sampler in new[] { Sampler.Shuffled, Sampler.InOrder, Sampler.Stratified(
            [.. Enumerable.Range(0, Count).Select(i => i % 3)]), Sampler.ByLength([.. Enumerable.Range(0, Count)]) })
        {
            sampler.Draw(rows, Size, 3, 7);
            Assert.Equal(Enumerable.Range(0, Count).Select(i => (long)i), rows.Order());
            long[] again = new long[Count];
            sampler.Draw(again, Size, 3, 7);
            Assert.Equal(rows, again);
        }

        // Similar lengths: here each batch is twelve neighbors.
        Assert.All(rows.Chunk(Size), batch => Assert.Equal(Size - 1, batch.Max() - batch.Min()));
        int[] classes = [.. Enumerable.Range(0, Count).Select(i => i < 90 ? 0 : i < 110 ? 1 : 2)];
        Sampler.Stratified(classes).Draw(rows, Size, 0, 1);
        Assert.All(rows.Chunk(Size), batch =>
        {
            Assert.InRange(batch.Count(row => classes[row] == 0), 8, 10);
            Assert.InRange(batch.Count(row => classes[row] == 1), 1, 3);
            Assert.InRange(batch.Count(row => classes[row] == 2), 0, 2);
        });

        // Frequencies lie within five standard deviations of the weights' shares.
        const int Draws = 100_000;
        long[] many = new long[Draws];
        double[] weights = [.. Enumerable.Range(0, Draws).Select(i => i < 3 ? (double)i : 0.0)];
        Sampler.Weighted(weights).Draw(many, Size, 0, 1);
        Assert.DoesNotContain(0L, many);
        Assert.InRange(many.Count(row => row == 2) / (double)Draws, 2.0 / 3.0 - 0.0075, 2.0 / 3.0 + 0.0075);
        Assert.Throws<ArgumentException>(() => Sampler.Weighted([0.0, 0.0]));
        Assert.Contains("sample 1", Assert.Throws<ArgumentException>(() => Sampler.Weighted([1.0, double.NaN])).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Sampler.Stratified([1, 2]).Draw(rows, Size, 0, 1));
    }

    [Fact]
    public void Sources_give_the_same_samples_whatever_they_come_from()
    {
        double[][] inputs = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], targets = [[1.0], [0.0], [2.0]];
        string csv = In("t.csv");
        File.WriteAllLines(csv, inputs.Select((row, i) => $"{row[0]},{row[1]},{targets[i][0]}").Prepend("a,b,y"));
        float[] values = [1.0f, 2.0f, 3.0f, 4.0f, 5.0f, 6.0f], groups = [1.0f, 0.0f, 2.0f];
        Tensor all = tensor(values, [3, 2]), of = tensor(groups, [3, 1]);
        var dataset = utils.data.TensorDataset(all, of);
        using var loader = new TorchSharp.Modules.DataLoader(new Named(all, of), 2, shuffle: false);
        foreach (TrainingData data in new[]
        {
            TrainingData.FromArrays(inputs, targets), TrainingData.FromTable(Table.Read(csv), "y"),
            TrainingData.FromSamples(Enumerable.Range(0, 3).Select(i => (all[i], of[i]))),
            TrainingData.FromDataset(new Named(all, of)),
            TrainingData.FromBatches(loader), TrainingData.FromTensors(("inputs", all), ("targets", of)),
        })
        {
            Assert.Equal(3, data.Count);
            (Tensor some, Tensor right) = data.Take([2, 0]);
            Assert.Equal([5.0f, 6.0f, 1.0f, 2.0f], some.data<float>().ToArray());
            Assert.Equal([2.0f, 1.0f], right.data<float>().ToArray());
        }

        Assert.Equal([1L, 0L], TrainingData.FromArrays(inputs, [1, 0, 0]).Take([0, 1]).Targets.data<long>().ToArray());
        Assert.Contains(
            "Row 1", Assert.Throws<ArgumentException>(() => TrainingData.FromArrays([[1.0], []], targets)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Sequences_are_padded_with_a_mask_and_their_lengths()
    {
        float[] threeInputs = [1.0f, 2.0f, 3.0f], oneInput = [4.0f];
        long[] twoTargets = [1L, 2L], threeTargets = [3L, 4L, 5L];
        var data = new SequenceData(
            [tensor(threeInputs), tensor(oneInput)], [tensor(twoTargets), tensor(threeTargets)], padding: 9.0);
        Batch batch = data.Take([0, 1]);
        Assert.Equal([1.0f, 2.0f, 3.0f, 4.0f, 9.0f, 9.0f], batch.Inputs.data<float>().ToArray());
        Assert.Equal([true, true, true, true, false, false], batch[Batch.MaskName].data<bool>().ToArray());
        Assert.Equal([3L, 1L], batch[Batch.LengthsName].data<long>().ToArray());
        Assert.Equal([1L, 2L, -100L, 3L, 4L, 5L], batch.Targets.data<long>().ToArray());
        Assert.Contains(
            "Sequence 1 is empty",
            Assert.Throws<ArgumentException>(() => new SequenceData([ones(1), ones(0)], zeros(2))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_are_loaded_in_part_with_a_report_and_refused_whole_where_they_do_not_fit()
    {
        var module = nn.Sequential(nn.Linear(6, 8), nn.BatchNorm1d(8), nn.Linear(8, 3));
        ModuleFile.Save(module, In("w.safetensors"));
        var other = nn.Sequential(nn.Linear(6, 8), nn.BatchNorm1d(8), nn.Linear(8, 4), nn.Linear(4, 2));
        IReadOnlyDictionary<string, string> before = StateOf.Bits(other);
        Assert.Contains(
            "2.weight (3, 8) for (4, 8)",
            Assert.Throws<InvalidDataException>(() => ModuleFile.Load(other, In("w.safetensors"))).Message,
            StringComparison.Ordinal);
        Assert.Equal(before, StateOf.Bits(other));
        LoadReport report = ModuleFile.Load(other, In("w.safetensors"), strict: false);
        Assert.Equal(["3.bias", "3.weight"], report.Missing.Order());
        Assert.Equal(2, report.Mismatched.Count);
        Assert.Contains("1.num_batches_tracked", report.Loaded);
        Assert.Equal(StateOf.Bits(module)["0.weight"], StateOf.Bits(other)["0.weight"]);
        nn.Module wide = nn.Sequential(nn.Linear(6, 8), nn.BatchNorm1d(8), nn.Linear(8, 3)).to(ScalarType.Float64);
        Assert.Contains("0.weight Float32 to Float64", ModuleFile.Load(wide, In("w.safetensors")).Converted);
        File.WriteAllBytes(In("junk.dat"), [200, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        Assert.Throws<InvalidDataException>(() => ModuleFile.Load(module, In("junk.dat")));
        Assert.Equal(7, Safetensors.Read(In("w.safetensors")).Count - 2);
    }

    [Fact]
    public void A_checkpoint_gives_its_best_weights()
    {
        nn.Module<Tensor, Tensor> net = Net(), loaded = Net();
        Fit(net, new TrainerOptions
        {
            Epochs = 20,
            BatchSize = 10,
            Rate = 0.05,
            Checkpoint = new CheckpointOptions(In("c.safetensors")),
        });
        Assert.True(ModuleFile.Load(loaded, In("c.safetensors")).IsComplete);
        Assert.Equal(StateOf.Bits(net), StateOf.Bits(loaded));
    }

    private TrainingResult Fit(nn.Module module, TrainerOptions options) =>
        Trainer.Fit((nn.Module<Tensor, Tensor>)module, (a, b) => F.cross_entropy(a, b), (x, y), (x, y), options);

    private static nn.Module<Tensor, Tensor> Net() => nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 3));

    private static void AssertClose(IEnumerable<float> expected, IEnumerable<float> found, double tolerance) =>
        Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, tolerance));

    private sealed class Watch(
        Action<TrainingMoment>? onStep = null, Action<TrainingMoment>? onEpoch = null,
        Action<TrainingMoment>? onValidation = null) : TrainerCallback
    {
        public override void OnStep(TrainingMoment moment) => onStep?.Invoke(moment);

        public override void OnEpoch(TrainingMoment moment) => onEpoch?.Invoke(moment);

        public override void OnValidation(TrainingMoment moment) => onValidation?.Invoke(moment);
    }

    private sealed class Named(Tensor inputs, Tensor targets) : utils.data.Dataset
    {
        public override long Count => inputs.shape[0];

        public override Dictionary<string, Tensor> GetTensor(long index) =>
            new() { ["inputs"] = inputs[index], ["targets"] = targets[index] };
    }
}
