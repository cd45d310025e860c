using System.Runtime.InteropServices;

namespace Math4AI.Interop.Mkl;

/// <summary>
/// A committed descriptor of MKL's discrete Fourier transforms (DFTI): in place, for one shape and scaling.
/// </summary>
internal sealed unsafe partial class MklFourierPlan : SafeHandle
{
    private const int DomainComplex = 32;
    private const int DomainReal = 33;
    private const int ForwardScale = 4;
    private const int BackwardScale = 5;
    private const int ConjugateEvenStorage = 10;
    private const int ComplexComplex = 39;
    private const int ThreadLimit = 27;

    /// <summary>Prepares a transform.</summary>
    /// <param name="isDouble">float64; else float32.</param>
    /// <param name="isReal">From n real numbers to n/2 + 1 complex ones, interleaved; else complex to complex.</param>
    /// <param name="lengths">The length of each dimension, the slowest first.</param>
    /// <param name="forwardScale">The factor of the forward transform.</param>
    /// <param name="backwardScale">The factor of the backward transform.</param>
    /// <param name="threads">The most threads that it may use.</param>
    /// <exception cref="InvalidOperationException">MKL does not take it.</exception>
    public MklFourierPlan(
        bool isDouble, bool isReal, int[] lengths, double forwardScale, double backwardScale, int threads)
        : base(0, ownsHandle: true)
    {
        Require(Create(isDouble, isReal ? DomainReal : DomainComplex, lengths, out nint created));
        SetHandle(created);
        if (isReal)
        {
            Require(SetValue(created, ConjugateEvenStorage, ComplexComplex));
        }

        Require(SetValue(created, ThreadLimit, threads));
        nint setter = SetterAddress();
        Require(NativeHelper.CallVariadicDouble(setter, created, ForwardScale, forwardScale));
        Require(NativeHelper.CallVariadicDouble(setter, created, BackwardScale, backwardScale));
        Require(Commit(created));
    }

    public override bool IsInvalid => handle == 0;

    public void Forward(void* data) => Require(ComputeForward(handle, data));

    public void Backward(void* data) => Require(ComputeBackward(handle, data));

    protected override bool ReleaseHandle() => Free(ref handle) == 0;

    private static long Create(bool isDouble, int domain, int[] lengths, out nint created)
    {
        if (lengths.Length == 1)
        {
            return isDouble
                ? CreateDouble(out created, domain, lengths[0])
                : CreateSingle(out created, domain, lengths[0]);
        }

        long* sizes = stackalloc long[lengths.Length];
        for (int i = 0; i < lengths.Length; i++)
        {
            sizes[i] = lengths[i];
        }

        return isDouble
            ? CreateDouble(out created, domain, lengths.Length, sizes)
            : CreateSingle(out created, domain, lengths.Length, sizes);
    }

    private static nint SetterAddress() =>
        NativeLibrary.GetExport(LibraryResolver.Handle(MklLibrary.Name), "DftiSetValue");

    private static void Require(long status)
    {
        if (status != 0)
        {
            throw new InvalidOperationException(
                $"MKL's Fourier transform: {Marshal.PtrToStringUTF8(ErrorMessage(status))}");
        }
    }

    [LibraryImport(MklLibrary.Name, EntryPoint = "DftiCreateDescriptor_d_1d")]
    private static partial long CreateDouble(out nint descriptor, int domain, long length);

    [LibraryImport(MklLibrary.Name, EntryPoint = "DftiCreateDescriptor_s_1d")]
    private static partial long CreateSingle(out nint descriptor, int domain, long length);

    [LibraryImport(MklLibrary.Name, EntryPoint = "DftiCreateDescriptor_d_md")]
    private static partial long CreateDouble(out nint descriptor, int domain, long dimensions, long* lengths);

    [LibraryImport(MklLibrary.Name, EntryPoint = "DftiCreateDescriptor_s_md")]
    private static partial long CreateSingle(out nint descriptor, int domain, long dimensions, long* lengths);

    // Variadic in C; whole numbers go where a plain third argument goes.
    [LibraryImport(MklLibrary.Name, EntryPoint = "DftiSetValue")]
    private static partial long SetValue(nint descriptor, int parameter, long value);

    [LibraryImport(MklLibrary.Name, EntryPoint = "DftiCommitDescriptor")]
    private static partial long Commit(nint descriptor);

    [LibraryImport(MklLibrary.Name, EntryPoint = "DftiComputeForward")]
    private static partial long ComputeForward(nint descriptor, void* data);

    [LibraryImport(MklLibrary.Name, EntryPoint = "DftiComputeBackward")]
    private static partial long ComputeBackward(nint descriptor, void* data);

    [LibraryImport(MklLibrary.Name, EntryPoint = "DftiFreeDescriptor")]
    private static partial long Free(ref nint descriptor);

    [LibraryImport(MklLibrary.Name, EntryPoint = "DftiErrorMessage")]
    private static partial nint ErrorMessage(long status);
}
