using Math4AI.Training.DirectPasses;
using Math4AI.Training.Networks;
using Math4AI.Training.Optimizers;
using static TorchSharp.torch;

namespace Math4AI.Training;

/// <summary>
/// What is decided before a training: whether it can begin, how its network lies in memory, and how many threads a step
/// is worth.
/// </summary>
internal static class TrainingPlan
{
    /// <summary>Checks that there is something to be trained, and that it can be.</summary>
    /// <exception cref="ArgumentException">A parameter, a setting or the data do not allow it.</exception>
    /// <exception cref="InvalidOperationException">Nothing has a gradient here.</exception>
    public static void RequireTrainable(nn.Module module, TrainingData train, TrainerOptions options)
    {
        if (is_inference_mode_enabled())
        {
            throw new InvalidOperationException(
                "Nothing can be trained within inference_mode(): tensors made there have no gradient.");
        }

        if (options.DropLast && train.Count < options.BatchSize)
        {
            throw new ArgumentException(
                $"With DropLast there is no step: {train.Count} samples are less than a batch of {options.BatchSize}.");
        }

        ParameterSettings[] trained = [.. ParameterSettings.Of(module, options)];
        if (trained.Length == 0)
        {
            throw new ArgumentException(module.named_parameters().Any()
                ? "All parameters of the module are frozen: set requires_grad of those to be trained."
                : "The module has no parameters: call RegisterComponents() at the end of its constructor.");
        }

        foreach (ParameterSettings one in trained)
        {
            bool isKnown = one.Parameter.dtype is ScalarType.Float64 or ScalarType.Float32 or ScalarType.BFloat16
                or ScalarType.Float16
                or ScalarType.ComplexFloat32 or ScalarType.ComplexFloat64;
            if (!isKnown || one.Parameter.device_type != TorchSharp.DeviceType.CPU)
            {
                throw new ArgumentException(
                    $"The parameter '{one.Name}' is {one.Parameter.dtype} on {one.Parameter.device}: parameters are "
                    + "trained as float64, float32, bfloat16, float16 or complex numbers on the CPU.");
            }
        }
    }

    /// <summary>
    /// Lets our own networks lie as suits the processor, and finds the way through them without autograd.
    /// </summary>
    public static void Move(
        TrainingTask task, ParameterStore parameters, TrainerOptions options, Tensor inputs, int parts, int team)
    {
        bool isSteady = parameters.Segments.All(segment => segment.Settings.FromEpoch == 1);
        if (task is OutputsTask { Simple: var simple }
            && parameters is FlatParameters<float> { Masters.Length: 0 } flat && isSteady)
        {
            task.Direct = (IDirectPass?)MlpPass.For(simple, flat, inputs, parts)
                ?? TransformerPass.For(simple, flat, inputs, options.BatchSize, team);
            if (simple is ConvNet)
            {
                flat.MoveOntoOneArray(areFiltersLast: true);
            }
        }
    }

    /// <summary>
    /// How many threads a step has enough work for, by the operations of its products, about 6 a sample and weight. The
    /// pieces of a convolutional network are many: where another program wants a core, each can wait for its turn, and
    /// a step takes fifty times as long. Not by the clock: a training would not come out the same in every run.
    /// </summary>
    public static double ThreadsWorthwhile(ParameterStore parameters, int batchSize, Tensor inputs)
    {
        const double WorthAThread = 2.5e7, WorthAThreadOfFilters = 1e9;
        bool hasFilters = inputs.Dimensions >= 4
            || (inputs.Dimensions == 3 && parameters.Parameters.Any(parameter => parameter.Dimensions == 3));

        // Filters work on every pixel, models of texts on every symbol, and those of sequences on every element.
        IEnumerable<long> sizes = hasFilters ? inputs.shape.Skip(2)
            : inputs.dtype == ScalarType.Int64 ? inputs.shape.Skip(1)
            : inputs.shape.Skip(1).SkipLast(1);
        double places = sizes.Aggregate(1.0, (product, size) => product * size);
        double weights =
            parameters.Segments.Where(segment => segment.IsMatrix).Sum(segment => (double)segment.Count);
        return 6.0 * batchSize * places * weights / (hasFilters ? WorthAThreadOfFilters : WorthAThread);
    }

    /// <summary>Other threads round otherwise; another loss is another number.</summary>
    public static double Tolerance(nn.Module module) =>
        module.parameters().All(parameter => parameter.dtype is ScalarType.Float32 or ScalarType.Float64)
            ? 1e-4
            : 2e-2;
}
