using Math4AI.Runtime;
using Math4AI.Training;
using Math4AI.Training.Files;
using Math4AI.Training.Networks;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Math4AI.Tests.Training.Modules;

/// <summary>What is wrong is said before anything is lost, and by what it is.</summary>
[Collection(TorchGenerator.Name)]
public sealed class FaultTests : TemporaryFolder
{
    private const int N = 64;

    private readonly Tensor x;
    private readonly Tensor y;

    public FaultTests()
    {
        Assert.True(Compute.HasTensors);
        random.manual_seed(1);
        (x, y) = (randn(N, 6), randint(0, 3, N));
    }

    [Fact]
    public void Shapes_that_would_be_compared_each_with_every_other_are_refused_and_a_loss_that_reshapes_is_not()
    {
        Tensor targets = x.sum(1);
        string message = Refused<ArgumentException>(nn.Linear(6, 1), (a, b) => F.mse_loss(a, b), x, targets);
        Assert.Contains("(32, 1) and the targets (32)", message, StringComparison.Ordinal);
        Trainer.Fit(nn.Linear(6, 1), (a, b) => F.mse_loss(a.squeeze(1), b), (x, targets), (x, targets), Short);
        Trainer.Fit(nn.Linear(6, 1), (a, b) => F.mse_loss(a.view(-1), b.view(-1)), (x, targets), (x, targets), Short);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Inputs_that_are_not_finite_are_named_wherever_they_are(float value)
    {
        Tensor first = x.clone(), late = x.clone();
        first[5, 2] = value;
        Assert.Contains("Sample 5 has a number that is not finite in 'inputs'",
            Refused<ArgumentException>(Net(), Loss, first, y, Whole), StringComparison.Ordinal);

        // Where the first batch does not have it, the loss has it in the end.
        late[63, 0] = value;
        TrainerOptions inOrder = Short with { Sampler = Math4AI.Training.Samples.Sampler.InOrder };
        Assert.Contains("sample 63 of the training part",
            Refused<InvalidOperationException>(Net(), Loss, late, y, inOrder), StringComparison.Ordinal);
    }

    [Fact]
    public void A_rate_that_is_too_large_is_still_said_to_be() => Assert.Contains(
        "smaller rate", Refused<InvalidOperationException>(Net(), Loss, x, y, Short with
        {
            Rate = 1e30,
            MaxGradientNorm = double.PositiveInfinity,
        }), StringComparison.Ordinal);

    [Fact]
    public void Types_that_do_not_fit_are_named_and_nothing_is_touched()
    {
        nn.Module<Tensor, Tensor> net = Net();
        IReadOnlyDictionary<string, string> before = StateOf.Bits(net);
        string message = Refused<InvalidOperationException>(net, Loss, x.to_type(ScalarType.Float64), y);
        Assert.Contains("'inputs' is Float64 and the parameters are Float32", message, StringComparison.Ordinal);
        Assert.Equal(before, StateOf.Bits(net));
    }

    [Fact]
    public void A_module_without_trainable_parameters_is_told_apart_from_one_that_is_frozen()
    {
        Assert.Contains(
            "RegisterComponents()", Refused<ArgumentException>(nn.Tanh(), Loss, x, y), StringComparison.Ordinal);
        nn.Module<Tensor, Tensor> frozen = Net();
        foreach (TorchSharp.Modules.Parameter parameter in frozen.parameters())
        {
            parameter.requires_grad = false;
        }

        Assert.Contains("frozen", Refused<ArgumentException>(frozen, Loss, x, y), StringComparison.Ordinal);
    }

    [Fact]
    public void A_loss_without_a_gradient_or_of_several_numbers_is_refused()
    {
        Assert.Contains("detach()", Refused<InvalidOperationException>(Net(), (a, b) => Loss(a, b).detach(), x, y),
            StringComparison.Ordinal);
        Assert.Contains(
            "shape (32)",
            Refused<InvalidOperationException>(Net(), (a, b) => F.cross_entropy(a, b, reduction: nn.Reduction.None), x,
                y), StringComparison.Ordinal);
    }

    [Fact]
    public void A_training_within_no_grad_is_one_with_gradients()
    {
        nn.Module<Tensor, Tensor> plain = Trainer.Create(Net, 2), within = Trainer.Create(Net, 2);
        Trainer.Fit(plain, Loss, (x, y), (x, y), Short);
        using (no_grad())
        {
            Trainer.Fit(within, Loss, (x, y), (x, y), Short);
            Assert.False(is_grad_enabled());
        }

        Assert.Equal(StateOf.Bits(plain), StateOf.Bits(within));
        using (inference_mode())
        {
            Assert.Contains(
                "inference_mode()", Refused<InvalidOperationException>(Net(), Loss, x, y), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_last_batch_of_one_sample_for_a_batch_norm_is_explained_and_can_be_dropped()
    {
        nn.Module<Tensor, Tensor> Norm() => nn.Sequential(nn.Linear(6, 8), nn.BatchNorm1d(8), nn.Linear(8, 3));
        TrainerOptions options = Short with { BatchSize = 63 };
        nn.Module<Tensor, Tensor> refused = Norm();
        IReadOnlyDictionary<string, string> before = StateOf.Bits(refused);
        Assert.Contains(
            "set DropLast", Refused<ArgumentException>(refused, Loss, x, y, options), StringComparison.Ordinal);
        Assert.Equal(before, StateOf.Bits(refused));
        TrainingResult result = Trainer.Fit(Norm(), Loss, (x, y), (x, y), options with { DropLast = true });
        Assert.Equal(result.History.Count, result.Steps);

        // A norm over the pixels of one image has a variance.
        Tensor images = randn(N, 1, 4, 4);
        Trainer.Fit(
            nn.Sequential(nn.Conv2d(1, 2, 2), nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(18, 3)), Loss, (images, y),
            (images, y), options);
    }

    [Fact]
    public void Parameters_that_no_gradient_reaches_are_named_once()
    {
        var net = new Net((m, v) => m.Of<TorchSharp.Modules.Linear>("a").forward(v), ("a", nn.Linear(6, 3)),
            ("spare", nn.Linear(2, 2)));
        TrainingResult result = Trainer.Fit(net, Loss, (x, y), (x, y), Short);
        Assert.Contains("spare.weight, spare.bias", Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.Empty(Trainer.Fit(Net(), Loss, (x, y), (x, y), Short).Warnings);
    }

    [Fact]
    public void A_scalar_target_and_parameters_that_are_not_finite_are_refused()
    {
        Assert.Contains("one row for each sample", Refused<ArgumentException>(Net(), Loss, x, tensor(1L)),
            StringComparison.Ordinal);
        var broken = nn.Linear(6, 3);
        using (no_grad())
        {
            broken.bias!.fill_(float.NaN);
        }

        Assert.Contains("'bias' is not finite before the first step", Refused<ArgumentException>(broken, Loss, x, y),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_resume_with_another_activation_loss_or_length_says_what_differs()
    {
        string path = In("c.safetensors");
        TrainerOptions options = Short with
        {
            Checkpoint = new CheckpointOptions(path) { EverySteps = 1, Resume = true },
        };
        Trainer.Fit(Net(), Loss, (x, y), (x, y), options);
        nn.Module<Tensor, Tensor> rectified = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 3));
        Assert.Contains("1 is now 'ReLU', and was 'Tanh'",
            Refused<InvalidDataException>(rectified, Loss, x, y, options), StringComparison.Ordinal);
        nn.Module<Tensor, Tensor> net = Net();
        IReadOnlyDictionary<string, string> before = StateOf.Bits(net);
        string other = Refused<InvalidDataException>(net, (a, b) => F.multi_margin_loss(a, b), x, y, options);
        Assert.Contains("validation loss of its weights", other, StringComparison.Ordinal);
        Assert.Equal(before, StateOf.Bits(net));
        TrainerOptions longer = options with { Epochs = 5 };
        Assert.Contains("CheckpointOptions.Extend", Refused<InvalidDataException>(Net(), Loss, x, y, longer),
            StringComparison.Ordinal);
        TrainingResult extended = Trainer.Fit(Net(), Loss, (x, y), (x, y), longer with
        {
            Checkpoint = options.Checkpoint with { Extend = true },
        });
        Assert.Equal(5, extended.History.Count);
        Assert.Contains("extended from 4 to 10 steps", Assert.Single(extended.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkpoint_from_before_the_first_evaluation_finds_another_loss_too()
    {
        string path = In("c.safetensors");
        TrainerOptions options = Short with
        {
            Checkpoint = new CheckpointOptions(path) { EverySteps = 1, Resume = true },
        };
        Assert.Throws<OperationCanceledException>(() => Trainer.Fit(
            Net(), Loss, (x, y), (x, y), options with { Callbacks = [new Throwing(after: 2)] }));
        Refused<InvalidDataException>(Net(), (a, b) => F.multi_margin_loss(a, b), x, y, options);
        Assert.Equal(2, Trainer.Fit(Net(), Loss, (x, y), (x, y), options).History.Count);
    }

    [Fact]
    public void Parameters_have_their_own_memory_again_however_a_training_ends()
    {
        foreach (nn.Module<Tensor, Tensor> module
            in new nn.Module<Tensor, Tensor>[] { Net(), new Mlp(6, [8], 3), new ConvNet(1, 8, 8, 3) })
        {
            Tensor inputs = module is ConvNet ? randn(N, 1, 8, 8) : x;
            Tensor alias = module.parameters().First().detach();
            IReadOnlyDictionary<string, string> layout = StateOf.Layout(module);
            Assert.Throws<OperationCanceledException>(() => Trainer.Fit(
                module, Loss, (inputs, y), (inputs, y), Short with { Callbacks = [new Throwing(after: 2)] }));
            Assert.Equal(layout, StateOf.Layout(module));
            Assert.True(alias.eq(module.parameters().First()).all().item<bool>());
            Trainer.Fit(module, Loss, (inputs, y), (inputs, y), Short);
            Assert.Equal(layout, StateOf.Layout(module));
            Assert.True(alias.eq(module.parameters().First()).all().item<bool>());
            module.save(In($"{module.GetName()}.dat"));
        }
    }

    [Fact]
    public void Targets_that_a_loss_of_classes_cannot_take_are_explained()
    {
        Assert.Contains("Classes are numbered from 0", Refused<InvalidOperationException>(Net(), Loss, x, y + 1),
            StringComparison.Ordinal);
        Assert.Contains("to(int64)", Refused<InvalidOperationException>(Net(), Loss, x, y.to_type(ScalarType.Float32)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Inputs_of_another_width_are_refused_with_both_shapes()
    {
        string told = Refused<ArgumentException>(nn.Linear(5, 3), Loss, x, y);
        Assert.Contains("(32, 6)", told, StringComparison.Ordinal);
        Assert.Contains("32x6 and 5x3", told, StringComparison.Ordinal);
        Assert.DoesNotContain("frame #", told, StringComparison.Ordinal);
    }

    [Fact]
    public void Parts_of_different_lengths_and_settings_that_make_no_sense_are_refused()
    {
        Assert.Contains("64 inputs and 60 targets", Refused<ArgumentException>(Net(), Loss, x, y[..60]),
            StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(() => Trainer.Fit(Net(), null!, (x, y), (x, y)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Short with { Rate = double.NaN });
    }

    [Fact]
    public void A_checkpoint_that_is_none_is_refused_and_its_folder_is_made_where_it_is_missing()
    {
        File.WriteAllText(In("junk.ckpt"), "junk");
        TrainerOptions options = Short with { Checkpoint = new CheckpointOptions(In("junk.ckpt")) { Resume = true } };
        Assert.Contains(
            "junk.ckpt", Refused<InvalidDataException>(Net(), Loss, x, y, options), StringComparison.Ordinal);
        string path = Path.Combine(In("new"), "c.safetensors");
        Trainer.Fit(Net(), Loss, (x, y), (x, y), Short with { Checkpoint = new CheckpointOptions(path) });
        Assert.True(File.Exists(path));
    }

    [Fact]
    public void A_trained_module_outlives_collections_goes_on_by_hand_and_trainings_leave_no_tensor()
    {
        nn.Module<Tensor, Tensor> net = Net();
        Trainer.Fit(net, Loss, (x, y), (x, y), Short);
        IReadOnlyDictionary<string, string> bits = StateOf.Bits(net);
        for (int i = 0; i < 5; i++)
        {
            _ = new float[1000][].Select(_ => new float[10_000]).ToArray();
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.Equal(bits, StateOf.Bits(net));
        double before = Loss(net.call(x), y).item<float>();
        using optim.Optimizer adam = optim.Adam(net.parameters(), 1e-2);
        net.train();
        for (int i = 0; i < 100; i++)
        {
            using var scope = NewDisposeScope();
            adam.zero_grad();
            Loss(net.call(x), y).backward();
            adam.step();
        }

        Assert.True(Loss(net.call(x), y).item<float>() < before);
        long Trained()
        {
            using var scope = NewDisposeScope();
            Trainer.Fit(net, Loss, (x, y), (x, y), Short);
            return Tensor.TotalCount;
        }

        long first = Trained();
        Assert.All(Enumerable.Range(0, 5), _ => Assert.Equal(first, Trained()));
    }

    private static TrainerOptions Short => new() { Epochs = 2, BatchSize = 32 };

    private static TrainerOptions Whole => Short with { BatchSize = N };

    private static nn.Module<Tensor, Tensor> Net() => nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 3));

    private static Tensor Loss(Tensor outputs, Tensor targets) => F.cross_entropy(outputs, targets);

    private static string Refused<T>(
        nn.Module<Tensor, Tensor> module, Func<Tensor, Tensor, Tensor> loss, Tensor inputs, Tensor targets,
        TrainerOptions? options = null)
        where T : Exception =>
        Assert.Throws<T>(
            () => Trainer.Fit(module, loss, (inputs, targets), (inputs, targets), options ?? Short)).Message;

    private sealed class Throwing(int after) : TrainerCallback
    {
        public override void OnStep(TrainingMoment moment)
        {
            if (moment.Step == after)
            {
                throw new OperationCanceledException();
            }
        }
    }
}
