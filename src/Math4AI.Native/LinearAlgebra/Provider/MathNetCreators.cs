using Math4AI.LinearAlgebra.Provider;
using MathNet.Numerics.Providers.FourierTransform;
using MathNet.Numerics.Providers.LinearAlgebra;
using MathNet.Numerics.Providers.SparseSolver;

// Math.NET looks for these classes by name, in these namespaces; see MathNetProvider.
#pragma warning disable IDE0130

namespace MathNet.Numerics.Providers.MKL.LinearAlgebra
{
    internal sealed class MklLinearAlgebraControl : IProviderCreator<ILinearAlgebraProvider>
    {
        public ILinearAlgebraProvider CreateProvider() =>
            MathNetProvider.Create<ILinearAlgebraProvider>(
                () => new MklLinearAlgebraProvider(), ManagedLinearAlgebraProvider.Instance);
    }
}

namespace MathNet.Numerics.Providers.MKL.FourierTransform
{
    internal sealed class MklFourierTransformControl : IProviderCreator<IFourierTransformProvider>
    {
        public IFourierTransformProvider CreateProvider() =>
            MathNetProvider.Create<IFourierTransformProvider>(
                () => new MklFourierTransformProvider(), ManagedFourierTransformProvider.Instance);
    }
}

namespace MathNet.Numerics.Providers.MKL.SparseSolver
{
    /// <summary>MKL's sparse solver is not among what libtorch exports: Math.NET's own is found.</summary>
    internal sealed class MklSparseSolverControl : IProviderCreator<ISparseSolverProvider>
    {
        public ISparseSolverProvider CreateProvider() => ManagedSparseSolverProvider.Instance;
    }
}
