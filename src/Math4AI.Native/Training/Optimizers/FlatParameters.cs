using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Math4AI.Processes;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace Math4AI.Training.Optimizers;

/// <summary>
/// The trainable parameters of a module, stepped as numbers of one type. Gradients stay where backward leaves them: it
/// need not add them to what is there, and nobody needs to clear them. A network of ours that has a direct pass is
/// moved onto one array for the time of its training.
/// </summary>
/// <typeparam name="T">float, or double where a parameter is float64.</typeparam>
internal sealed unsafe class FlatParameters<T> : ParameterStore
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly ScalarType Type = typeof(T) == typeof(double) ? ScalarType.Float64 : ScalarType.Float32;

    private readonly Tensor?[] gradients;
    private readonly T*[] gradientAddresses;
    private readonly T*[] addresses;
    private readonly Tensor?[] masters;
    private readonly Tensor?[] homes;
    private T[]? own;
    private GradientBuckets<T>? buckets;
    private T[]? summed;
    private bool areSummed;

    /// <summary>Takes the parameters of a module over.</summary>
    /// <param name="module">The module.</param>
    /// <param name="options">The settings of the training, which may have some for each parameter.</param>
    public FlatParameters(nn.Module module, TrainerOptions options)
        : base(module, options)
    {
        int count = Parameters.Count;
        (gradients, masters, homes) = (new Tensor?[count], new Tensor?[count], new Tensor?[count]);
        (gradientAddresses, addresses) = (new T*[count], new T*[count]);
        MakeMasters();
        FindValues();
        ReleaseGradients();
    }

    /// <summary>Gets all values, where <see cref="MoveOntoOneArray"/> has put them; otherwise nothing.</summary>
    public T[] Values { get; private set; } = [];

    /// <summary>
    /// Gets the master copies, in which the parameters of the type of the steps have no place; empty where there are
    /// none.
    /// </summary>
    public T[] Masters { get; private set; } = [];

    /// <summary>Returns the values of a parameter, in the order in which they lie in memory.</summary>
    public Span<T> Of(int segment) => new(addresses[segment], Segments[segment].Count);

    /// <summary>
    /// Returns where the gradient of a parameter lies, its elements in the order of the values; null where backward
    /// left none.
    /// </summary>
    public T* Gradient(int segment) => gradientAddresses[segment];

    /// <inheritdoc/>
    public override bool HasGradient(int segment) => gradientAddresses[segment] is not null;

    /// <summary>
    /// Moves the parameters onto one array, one after the other, until <see cref="Restore"/>: right only for a network
    /// whose own code is known not to look at the strides of its parameters.
    /// </summary>
    /// <param name="areFiltersLast">
    /// Whether the filters of convolutions lie channels last, as the processor wants them.
    /// </param>
    public void MoveOntoOneArray(bool areFiltersLast = false)
    {
        Values = new T[Length];
        using Tensor flat = frombuffer(Values, Type);
        using IDisposable mode = no_grad();
        for (int i = 0; i < Parameters.Count; i++)
        {
            homes[i] = Parameters[i].detach().DetachFromDisposeScope();
            long[] shape = Parameters[i].shape;
            using Tensor place = flat.as_strided(
                shape,
                areFiltersLast && shape.Length == 4 ? Strides.ChannelsLast(shape) : Strides.RowMajor(shape),
                Segments[i].Start);
            place.copy_(Parameters[i]);
            Parameters[i].set_(place);
        }

        FindValues();
    }

    /// <inheritdoc/>
    public override void Restore()
    {
        Shared?.Dispose();
        Shared = null;
        using IDisposable mode = no_grad();
        for (int i = 0; i < homes.Length; i++)
        {
            if (homes[i] is { } home)
            {
                home.copy_(Parameters[i]);
                Parameters[i].set_(home);
                home.Dispose();
                homes[i] = null;
            }

            masters[i]?.Dispose();
        }
    }

    /// <summary>The gradients are written here from now on, not by torch; they lie as the values do.</summary>
    public void KeepOwnGradients()
    {
        own = GC.AllocateArray<T>(Length, pinned: true);
        buckets = new GradientBuckets<T>(own, Segments);
    }

    /// <summary>Gets the gradients that processes of one machine show each other; null where they are sent.</summary>
    public SharedGradients<T>? Shared { get; private set; }

    /// <summary>Lets the gradients that are kept here lie where the other processes see them, if they can.</summary>
    public void ShareGradients(ProcessGroup processes) =>
        Shared = SharedGradients<T>.Of(processes, own is null ? 0 : Length);

    /// <inheritdoc/>
    public override void SumAhead(ProcessGroup processes)
    {
        if (Shared is null)
        {
            buckets?.Begin(processes);
        }
    }

    /// <summary>Gets whether sums over processes begin before backward ends.</summary>
    public bool IsAhead => buckets is { IsAhead: true };

    /// <summary>Tells that backward is done with the gradients of a parameter and of all behind it.</summary>
    public void AreKnownFrom(int segment) => buckets!.AreKnownFrom(segment);

    /// <summary>
    /// Whether autograd left gradients beside those kept here, where sums are to begin ahead: they come last.
    /// </summary>
    public bool HasMoreToCome() => buckets!.IsAhead && Parameters.Any(parameter =>
    {
        using Tensor? left = parameter.grad;
        return left is not null;
    });

    /// <summary>Copies all values to an array, each parameter at its place.</summary>
    public void CopyTo(Span<T> flat)
    {
        for (int i = 0; i < addresses.Length; i++)
        {
            Of(i).CopyTo(flat[Segments[i].Start..]);
        }
    }

    /// <summary>Sets all values from such an array.</summary>
    public void CopyFrom(ReadOnlySpan<T> flat)
    {
        for (int i = 0; i < addresses.Length; i++)
        {
            flat.Slice(Segments[i].Start, Segments[i].Count).CopyTo(Of(i));
        }

        Publish();
    }

    /// <inheritdoc/>
    public override void FindValues()
    {
        for (int i = 0; i < Parameters.Count; i++)
        {
            addresses[i] = AddressOf(masters[i] ?? Parameters[i]);
        }
    }

    /// <inheritdoc/>
    public override void FindGradients()
    {
        if (areSummed)
        {
            return;
        }

        if (own is not null)
        {
            for (int i = 0; i < gradientAddresses.Length; i++)
            {
                gradientAddresses[i] = (Shared is { } all ? all.Own : (T*)Unsafe.AsPointer(ref own[0]))
                    + Segments[i].Start;
            }

            return;
        }

        for (int i = 0; i < Parameters.Count; i++)
        {
            Tensor? gradient = Parameters[i].requires_grad ? Parameters[i].grad : null;
            gradients[i] = gradient is null || IsInOrder(gradient, i) ? gradient : InOrder(gradient, i);
            gradientAddresses[i] = gradients[i] is { } found ? AddressOf(found) : null;
        }
    }

    /// <inheritdoc/>
    public override void SumGradients(ProcessGroup processes, bool hasOwn)
    {
        FindGradients();
        if (Shared is { } all)
        {
            // Whoever steps adds them up.
            if (!hasOwn)
            {
                all.Clear();
            }

            return;
        }

        if (own is not null)
        {
            if (!hasOwn)
            {
                Array.Clear(own);
            }

            buckets!.End(processes);
            return;
        }

        SumCopies(processes);
    }

    // Behind the gradients, a number for each parameter: how many processes have a gradient of it.
    private void SumCopies(ProcessGroup processes)
    {
        summed ??= GC.AllocateArray<T>(Length + Segments.Count, pinned: true);
        Array.Clear(summed);
        for (int i = 0; i < Segments.Count; i++)
        {
            if (gradientAddresses[i] is not null)
            {
                new ReadOnlySpan<T>(gradientAddresses[i], Segments[i].Count).CopyTo(summed.AsSpan(Segments[i].Start));
                summed[Length + i] = T.One;
            }
        }

        GradientBuckets<T>.Sum(processes, summed);
        for (int i = 0; i < Segments.Count; i++)
        {
            gradientAddresses[i] = summed[Length + i] > T.Zero
                ? (T*)Unsafe.AsPointer(ref summed[Segments[i].Start])
                : null;
        }

        areSummed = true;
    }

    /// <inheritdoc/>
    public override void ReleaseGradients()
    {
        areSummed = false;
        if (own is not null)
        {
            Shared?.Turn();
            return;
        }

        for (int i = 0; i < Parameters.Count; i++)
        {
            Parameters[i].grad = null;
            gradients[i]?.Dispose();
            gradients[i] = null;
            gradientAddresses[i] = null;
        }
    }

    /// <inheritdoc/>
    public override void Publish()
    {
        if (Masters.Length == 0)
        {
            return;
        }

        using IDisposable mode = no_grad();
        for (int i = 0; i < masters.Length; i++)
        {
            if (masters[i] is { } master)
            {
                Parameters[i].copy_(master);
            }
        }
    }

    /// <summary>Makes the master copies anew from the parameters, after these were set from outside.</summary>
    public void ReadMasters()
    {
        using IDisposable mode = no_grad();
        for (int i = 0; i < masters.Length; i++)
        {
            masters[i]?.copy_(Parameters[i]);
        }
    }

    /// <summary>
    /// Adds to the gradients that are kept here what autograd left beside them, as of a loss that looks at the
    /// parameters too.
    /// </summary>
    public void AddWhatAutogradLeft()
    {
        for (int i = 0; i < Parameters.Count; i++)
        {
            using Tensor? left = Parameters[i].grad;
            if (left is not null)
            {
                using Tensor line = left.contiguous();
                var target = new Span<T>(gradientAddresses[i], Segments[i].Count);
                TensorPrimitives.Add<T>(target, MemoryMarshal.Cast<byte, T>(line.bytes), target);
                Parameters[i].grad = null;
            }
        }
    }

    private static bool IsOfType(Tensor tensor) =>
        tensor.dtype == Type
            || tensor.dtype == (Type == ScalarType.Float64 ? ScalarType.ComplexFloat64 : ScalarType.ComplexFloat32);

    /// <summary>Where the first element of a tensor without gaps lies; torch asks for a contiguous one.</summary>
    private static T* AddressOf(Tensor tensor)
    {
        if (tensor.numel() == 0)
        {
            return null;
        }

        using Tensor first = tensor.detach();
        using Tensor one = first.as_strided([1], [1], tensor.storage_offset());
        return (T*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(one.bytes));
    }

    private void MakeMasters()
    {
        if (Parameters.All(parameter => IsOfType(parameter) && Strides.AreDense(parameter)))
        {
            return;
        }

        Masters = GC.AllocateArray<T>(Length, pinned: true);
        using Tensor flat = frombuffer(Masters, Type);
        using IDisposable mode = no_grad();
        for (int i = 0; i < Parameters.Count; i++)
        {
            if (!IsOfType(Parameters[i]) || !Strides.AreDense(Parameters[i]))
            {
                using Tensor some = flat.narrow(0, Segments[i].Start, Segments[i].Count);
                using Tensor shaped = Parameters[i].is_complex()
                    ? some.view([.. Parameters[i].shape, 2L])
                    : some.view(Parameters[i].shape);
                masters[i] = (Parameters[i].is_complex() ? view_as_complex(shaped) : shaped.alias())
                    .DetachFromDisposeScope();
                masters[i]!.copy_(Parameters[i]);
            }
        }
    }

    /// <summary>Whether a gradient has the type of the steps and the order of the values.</summary>
    private bool IsInOrder(Tensor gradient, int i)
    {
        if (gradient.is_sparse || !IsOfType(gradient) || masters[i] is not null)
        {
            return false;
        }

        return gradient.is_contiguous() && Parameters[i].is_contiguous()
            ? !gradient.is_conj()
            : gradient.stride().SequenceEqual(Parameters[i].stride()) && !gradient.is_conj();
    }

    private Tensor InOrder(Tensor gradient, int i)
    {
        using IDisposable mode = no_grad();
        using Tensor given = gradient;
        using Tensor dense = given.is_sparse ? given.to_dense() : given.alias();
        using Tensor like = (masters[i] ?? Parameters[i]).detach();
        return empty_like(like).DetachFromDisposeScope().copy_(dense);
    }
}
