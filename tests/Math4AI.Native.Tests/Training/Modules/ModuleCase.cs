using Math4AI.Training;
using Math4AI.Training.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Tests.Training.Modules;

/// <summary>A kind of module that somebody may bring, and what it learns.</summary>
/// <param name="Name">The kind.</param>
/// <param name="Make">Makes one, from torch's generator.</param>
/// <param name="Loss">The mean loss of a batch.</param>
/// <param name="Data">The samples, 48 of them.</param>
internal sealed record ModuleCase(
    string Name, Func<nn.Module> Make, Func<nn.Module, Batch, Tensor> Loss, Func<TrainingData> Data)
{
    public const int Samples = 48;

    /// <summary>Gets the settings that suit it.</summary>
    public TrainerOptions Options { get; init; } = new() { Epochs = 12, BatchSize = 12, Rate = 1e-2, Patience = 100 };

    /// <summary>Trains a module of this kind on the first three quarters of the samples.</summary>
    public TrainingResult Train(
        nn.Module module, CheckpointOptions? checkpoint = null, IProgress<TrainingEpoch>? progress = null,
        CancellationToken cancellation = default)
    {
        using DisposeScope scope = NewDisposeScope();
        random.manual_seed(11);
        TrainingData data = Data();
        var train = new Part(data, 0, Samples * 3 / 4);
        var validation = new Part(data, Samples * 3 / 4, Samples / 4);
        TrainerOptions options = Options with { Checkpoint = checkpoint };
        return module is nn.Module<Tensor, Tensor> simple && !Name.Contains("outputs", StringComparison.Ordinal)
            ? Trainer.Fit(simple, (outputs, targets) => Simple(outputs, targets), train, validation, options, progress,
                cancellation)
            : Trainer.Fit(module, batch => Loss(module, batch), train, validation, options, progress, cancellation);
    }

    /// <summary>The loss of the first samples, in evaluation mode.</summary>
    public double Evaluate(nn.Module module)
    {
        using DisposeScope scope = NewDisposeScope();
        random.manual_seed(11);
        TrainingData data = Data();
        return Trainer.Evaluate(module, batch => Loss(module, batch), data).Loss;
    }

    /// <summary>Classes where the targets are whole numbers, otherwise numbers.</summary>
    public static Tensor Simple(Tensor outputs, Tensor targets) => targets.dtype == ScalarType.Int64
        ? nn.functional.cross_entropy(outputs, targets)
        : nn.functional.mse_loss(outputs, targets);

    public override string ToString() => Name;

    /// <summary>Some of the samples.</summary>
    private sealed class Part(TrainingData data, int first, int count) : TrainingData
    {
        public override int Count => count;

        public override Batch Take(ReadOnlySpan<long> rows)
        {
            long[] moved = rows.ToArray();
            for (int i = 0; i < moved.Length; i++)
            {
                moved[i] += first;
            }

            return data.Take(moved);
        }
    }
}

/// <summary>A module whose forward is a function of its parts, as users write them.</summary>
internal sealed class Net : nn.Module<Tensor, Tensor>
{
    private readonly Func<Net, Tensor, Tensor> run;

    public Net(Func<Net, Tensor, Tensor> run, params (string Name, object Part)[] parts)
        : base("Net")
    {
        this.run = run;
        foreach ((string name, object part) in parts)
        {
            switch (part)
            {
                case nn.Module module: register_module(name, module); break;
                case TorchSharp.Modules.Parameter parameter: register_parameter(name, parameter); break;
                case Tensor buffer: register_buffer(name, buffer); break;
                default: throw new ArgumentException(name);
            }
        }

        RegisterComponents();
    }

    public T Of<T>(string name)
        where T : nn.Module => (T)named_children().First(child => child.name == name).module;

    public Tensor Of(string name) => get_parameter(name) ?? get_buffer(name)!;

    public override Tensor forward(Tensor input) => run(this, input);
}
